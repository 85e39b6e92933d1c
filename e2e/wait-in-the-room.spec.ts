import { addButton, addToCart, alertOn, title } from './rig/steps'
import { expect, test } from './rig/test'

const turn = 'It is your turn.'

test('from the place before the opening over the draw to the cart; a reload and a second tab keep the place', async ({
  page,
  context,
  mint,
}) => {
  const sale = await mint({ room: true, opensAt: new Date(Date.now() + 12_000) })
  await page.goto(`/sales/${sale.slug}`)
  await page.getByRole('link', { name: 'Go to the waiting room' }).click()
  await expect(title(page, sale.title)).toBeVisible()
  const place = page.getByRole('region', { name: 'Your place' })
  await expect(place).toContainText('You have a place in the draw.')
  const kept = () => page.evaluate((slug) => localStorage.getItem(`room-${slug}`), sale.slug)
  const ticket = await kept()
  await page.reload()
  await expect(place).toContainText('You have a place in the draw.')
  const tab = await context.newPage()
  await tab.goto(`/sales/${sale.slug}/room`)
  await expect(tab.getByRole('region', { name: 'Your place' })).toContainText('You have a place in the draw.')
  expect(await kept()).toBe(ticket)
  await tab.close()

  await expect(place).toContainText(turn, { timeout: 40_000 })
  await page.getByRole('button', { name: 'Check my draw' }).click()
  await expect(
    page.getByText(/is the one that was promised. Your draw puts you behind \d+ others/),
  ).toBeVisible()
  await page.getByRole('link', { name: 'Enter the sale' }).click()
  await addButton(page).click()
  await expect(page.getByText('This one is yours')).toBeVisible()
})

test('whoever comes after the opening queues behind the draw, and buys when it is their turn', async ({
  page,
  mint,
}) => {
  const sale = await mint({ room: true })
  await page.goto(`/sales/${sale.slug}/room`)
  await expect(page.getByRole('region', { name: 'Your place' })).toContainText(turn, { timeout: 40_000 })
  await addToCart(page, sale.slug)
})

test('a page that thinks it is admitted is told where to go when it is not', async ({ page, mint }) => {
  const sale = await mint({ room: true })
  await page.goto(`/sales/${sale.slug}`)
  await expect(page.getByRole('link', { name: 'Go to the waiting room' })).toBeVisible()
  const pass = JSON.stringify({
    ticket: 'd.x',
    admittedUntil: new Date(Date.now() + 3_600_000).toISOString(),
  })
  await page.evaluate(([slug, text]) => localStorage.setItem(`room-${slug}`, text ?? ''), [sale.slug, pass])
  await page.reload()
  await addButton(page).click()
  await expect(alertOn(page)).toContainText('it is not your turn yet')
  await alertOn(page).getByRole('link', { name: 'Go to the waiting room' }).click()
  await expect(title(page, sale.title)).toBeVisible()
})
