import type { Locator, Page } from '@playwright/test'
import { cards, checkout } from '../tests/shop'
import { addButton, payButton, title } from './rig/steps'
import { expect, test } from './rig/test'

/** More controls than any page of the shop has. */
const mostStops = 60

/** Goes on with Tab until this control has the focus, and checks that one can see that it has. */
async function tabTo(page: Page, control: Locator) {
  await expect(control).toBeVisible()
  for (let stop = 0; stop < mostStops; stop++) {
    await page.keyboard.press('Tab')
    if (!(await control.evaluate((element) => element === document.activeElement))) continue
    const { outlineStyle, outlineWidth } = await control.evaluate((element) => {
      const { outlineStyle, outlineWidth } = getComputedStyle(element)
      return { outlineStyle, outlineWidth }
    })
    expect(outlineStyle, 'the focus can be seen').not.toBe('none')
    expect(Number.parseFloat(outlineWidth)).toBeGreaterThanOrEqual(1)
    return
  }
  throw new Error('Tab does not lead there.')
}

async function press(page: Page, control: Locator, key = 'Enter') {
  await tabTo(page, control)
  await page.keyboard.press(key)
}

test('a whole purchase without a mouse, the focus always in sight', async ({ page, mint }) => {
  const sale = await mint()
  await page.goto(`/sales/${sale.slug}`)
  await press(page, page.getByRole('link', { name: 'Skip to the content' }))
  await tabTo(page, page.getByLabel('Quantity'))
  await page.keyboard.press('2')
  await press(page, addButton(page), 'Space')
  await press(page, page.getByRole('link', { name: 'Go to cart' }))
  await expect(title(page, 'Your cart')).toBeVisible()
  await press(page, page.getByRole('link', { name: 'Check out' }))
  const typed = [
    ['Email', checkout.email],
    ['Full name', checkout.name],
    ['Street and number', checkout.line1],
    ['Postal code', checkout.postalCode],
    ['City', checkout.city],
    ['Country', 'United K'],
  ] as const
  for (const [label, text] of typed) {
    await tabTo(page, page.getByLabel(label))
    await page.keyboard.type(text)
  }
  await expect(page.getByLabel('Country')).toHaveValue('GB')
  await press(page, page.getByRole('button', { name: 'Place order' }))
  await expect(title(page, /^Pay to make/)).toBeVisible()
  await tabTo(page, page.getByLabel('Card number'))
  await page.keyboard.type(cards.pays)
  await press(page, payButton(page))
  await expect(title(page, '2 numbers are yours')).toBeVisible()
})
