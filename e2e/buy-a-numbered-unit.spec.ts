import { findOrderRecord } from '../lib/orders/read'
import { cards, itemOf } from '../tests/shop'
import { addToCart, fillAddress, numbersOn, pay, placeOrder, title } from './rig/steps'
import { expect, test } from './rig/test'

test('from the shop window to a paid order: two units, each with its number', async ({ page, mint, ctx }) => {
  test.slow()
  const sale = await mint({ title: 'The Window Sale', allocation: 5 })
  await expect(async () => {
    await page.goto('/')
    const link = page.getByRole('link').and(page.locator(`[href="/sales/${sale.slug}"]`))
    await link.click({ timeout: 500 })
  }, 'a new sale stands in the window within half a minute').toPass({ timeout: 45_000, intervals: [1_000] })
  await expect(title(page, 'The Window Sale')).toBeVisible()
  await page.getByLabel('Quantity').selectOption('2')
  await page.getByRole('button', { name: 'Add to cart' }).click()
  const held = page.getByRole('list', { name: 'Your numbers' })
  await expect(held).toHaveText(/No\. 1.*No\. 2/)
  await page.getByRole('link', { name: 'Go to cart' }).click()
  await expect(title(page, 'Your cart')).toBeVisible()
  await expect(held).toHaveText(/No\. 1.*No\. 2/)
  await page.getByRole('link', { name: 'Check out' }).click()
  await fillAddress(page)
  await page.getByRole('button', { name: 'Place order' }).click()
  await pay(page, cards.pays)
  await expect(title(page, '2 numbers are yours')).toBeVisible()
  expect(await numbersOn(page)).toEqual([1, 2])
  await expect(page.getByText('€39.80').first()).toBeVisible()

  const id = new URL(page.url()).pathname.split('/').at(-1) ?? ''
  const row = await findOrderRecord(ctx, id)
  expect(row).toMatchObject({ state: 'paid', totalMinor: 3980, saleId: sale.id })
  await page.reload()
  await expect(title(page, '2 numbers are yours')).toBeVisible()
})

test('an order opens with its link in another browser, and for nobody without it', async ({
  page,
  newBrowser,
  mint,
}) => {
  const sale = await mint()
  const id = await placeOrder(page, sale.slug)
  const friend = await newBrowser()
  await friend.goto(page.url())
  await expect(title(friend, /^Pay to make/)).toBeVisible()
  const stranger = await newBrowser({}, [/status of 404/])
  const response = await stranger.goto(`/orders/${id}`)
  expect(response?.status()).toBe(404)
  await expect(stranger.getByText(sale.title)).toHaveCount(0)
})

test('the cart holds units of several items and of several sales', async ({ page, mint }) => {
  const [mugs, lamps] = await Promise.all([
    // Opened first, so it stands first.
    mint({ title: 'Mugs and more', allocations: [3, 3], opensAt: new Date(Date.now() - 120_000) }),
    mint({ title: 'Lamps' }),
  ])
  await page.goto(`/sales/${mugs.slug}`)
  for (const index of [0, 1]) {
    const item = page.getByRole('region', { name: mugs.items[index]?.title ?? itemOf(mugs, index) })
    await item.getByRole('button', { name: 'Add to cart' }).click()
    await expect(item.getByText('This one is yours')).toBeVisible()
  }
  await addToCart(page, lamps.slug)
  await expect(page.getByRole('link', { name: /^Cart\s*3 units/ })).toBeVisible()
  await page.goto('/cart')
  await expect(page.getByRole('heading', { level: 2 })).toContainText(['Mugs and more', 'Lamps'])
  await expect(page.getByRole('list', { name: 'Your numbers' })).toHaveCount(3)
})
