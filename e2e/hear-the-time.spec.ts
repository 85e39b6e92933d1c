import { addButton, holdTimer } from './rig/steps'
import { expect, test } from './rig/test'

test('a screen reader hears the start, the last seconds and the end, and nothing in between', async ({
  page,
  mint,
}) => {
  const sale = await mint({ holdSeconds: 13 })
  await page.goto(`/sales/${sale.slug}`)
  const heard: string[] = []
  await page.exposeFunction('hear', (text: string) => heard.push(text))
  await page.evaluate(() => {
    let last = ''
    new MutationObserver(() => {
      for (const region of document.querySelectorAll('main [aria-live="polite"]')) {
        const text = region.textContent ?? ''
        if (text && text !== last) (window as unknown as { hear(text: string): void }).hear(text)
        last = text || last
      }
    }).observe(document.body, { childList: true, characterData: true, subtree: true })
  })
  await addButton(page).click()
  await expect(holdTimer(page)).toHaveAccessibleName('Time left on your cart')
  await expect(holdTimer(page)).not.toHaveAttribute('aria-live', /assertive|polite/)
  await expect(page.getByText('The time on your cart ran out')).toBeVisible({ timeout: 20_000 })
  expect(heard[0]).toMatch(/^Held for you for 1[1234] seconds\.$/)
  expect(heard.slice(1).filter((text) => text !== 'Time is up.')).toEqual(['10 seconds left.'])
})

test('stock is a progress bar that says in words what it shows', async ({ page, mint }) => {
  const sale = await mint({ allocation: 4 })
  await page.goto(`/sales/${sale.slug}`)
  await addButton(page).click()
  const bar = page.getByRole('progressbar')
  await expect(bar).toHaveAttribute('aria-valuetext', '1 of 4 claimed, 1 in carts')
  await expect(bar).toHaveAttribute('aria-valuenow', '1')
  await expect(bar).toHaveAttribute('aria-valuemax', '4')
  await expect(bar).toHaveAccessibleName(/3 left/)
})
