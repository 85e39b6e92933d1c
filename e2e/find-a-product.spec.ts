import { controlSale } from '../lib/sales/control'
import { hold } from '../tests/purchase'
import { title } from './rig/steps'
import { expect, test } from './rig/test'

test('from a sale to its product, and from there to the sale that has it now', async ({
  page,
  mint,
  ctx,
}) => {
  const sale = await mint({ title: 'The Product Sale', allocation: 9 })
  const [item] = sale.items
  await page.goto(`/sales/${sale.slug}`)
  await page.getByRole('link', { name: item?.title ?? '', exact: true }).click()
  await expect(title(page, item?.title ?? '')).toBeVisible()
  await expect(page.getByText('Open now')).toBeVisible()
  const stock = page.getByRole('progressbar')
  await expect(stock).toHaveAttribute('aria-valuetext', '0 of 9 claimed')
  await hold(ctx, sale, { quantity: 4 })
  await expect(stock).toHaveAttribute('aria-valuetext', '4 of 9 claimed, 4 in carts')
  await page.getByRole('link', { name: 'Shop the sale' }).click()
  await expect(title(page, 'The Product Sale')).toBeVisible()
})

test('a sale that is opened earlier is open on the page of its product, without a reload', async ({
  page,
  mint,
  ctx,
}) => {
  const inHours = (hours: number) => new Date(Date.now() + hours * 3_600_000)
  const sale = await mint({ title: 'The Next Sale', opensAt: inHours(1), closesAt: inHours(2) })
  await page.goto(`/products/${sale.items[0]?.handle}`)
  await expect(page.getByText('Upcoming')).toBeVisible()
  const opensAt = new Date(Date.now() + 3_000)
  await controlSale(ctx, sale.id, { opensAt, closesAt: sale.closesAt })
  await expect(page.getByText('Open now')).toBeVisible()
  expect(Date.now(), 'not before its time').toBeGreaterThanOrEqual(opensAt.getTime())
  await expect(page.getByText('10 left')).toBeVisible()
})

test('the page of all sales has each on the shelf of its moment, and its time ticks', async ({
  page,
  mint,
}) => {
  const sale = await mint({ title: 'The Shelf Sale' })
  await expect(async () => {
    await page.goto('/sales')
    await expect(page.getByRole('link', { name: 'The Shelf Sale' })).toBeVisible({ timeout: 500 })
  }, 'a new sale stands in the list within half a minute').toPass({ timeout: 45_000, intervals: [1_000] })
  const shelf = page.locator('section', { has: page.getByRole('heading', { name: 'Open now' }) })
  const card = shelf.getByRole('article').filter({ hasText: 'The Shelf Sale' })
  await expect(card.locator('time.figures')).toHaveText(/\d:\d\d/)
  await card.getByRole('link').click()
  await expect(title(page, sale.title)).toBeVisible()
})

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false })

  test('a product has its price, its sales with their times, and the way to them', async ({ page, mint }) => {
    const sale = await mint({ title: 'The Plain Sale' })
    await page.goto(`/products/${sale.items[0]?.handle}`)
    await expect(page.getByText('€19.90')).toBeVisible()
    await expect(page.getByText('10 units, each with its number')).toBeVisible()
    await expect(page.locator(`time[datetime="${sale.closesAt.toISOString()}"]`)).toBeVisible()
    await page.getByRole('link', { name: 'The Plain Sale' }).click()
    await expect(page.getByRole('button', { name: 'Add to cart' })).toBeVisible()
  })
})

test('search engines find every page for everybody, and none that is for one buyer', async ({
  page,
  mint,
  baseURL,
}) => {
  const sale = await mint()
  const read = async (path: string) => (await page.request.get(path)).text()
  // Both are made anew once they are half a minute old.
  const soon = { timeout: 45_000 }
  await expect.poll(() => read('/robots.txt'), soon).toContain(`Sitemap: ${baseURL}/sitemap.xml`)
  const robots = await read('/robots.txt')
  for (const path of ['/api/', '/cart', '/checkout', '/orders/'])
    expect(robots).toContain(`Disallow: ${path}`)
  const wanted = ['/sales', `/sales/${sale.slug}`, `/products/${sale.items[0]?.handle}`]
  await expect.poll(() => read('/sitemap.xml'), soon).toContain(`<loc>${baseURL}${wanted.at(-1)}</loc>`)
  const map = await read('/sitemap.xml')
  for (const path of wanted) expect(map).toContain(`<loc>${baseURL}${path}</loc>`)
})
