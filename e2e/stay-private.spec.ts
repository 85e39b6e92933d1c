import { cards } from '../tests/shop'
import { pay, placeOrder, title } from './rig/steps'
import { expect, test } from './rig/test'

test('a purchase sets one cookie, out of reach of scripts, and asks no other host', async ({
  page,
  context,
  mint,
  baseURL,
}) => {
  const hosts = new Set<string>()
  page.on('request', (request) => hosts.add(new URL(request.url()).origin))
  const sale = await mint()
  await page.goto('/')
  await page.goto(`/sales/${sale.slug}`)
  expect(await context.cookies(), 'looking around sets none').toEqual([])
  await placeOrder(page, sale.slug)
  await pay(page, cards.pays)
  await expect(title(page, 'No. 1 is yours')).toBeVisible()
  const cookies = await context.cookies()
  expect(cookies.map(({ name }) => name)).toEqual(['buyer'])
  expect(cookies[0]).toMatchObject({ httpOnly: true, sameSite: 'Lax', path: '/' })
  expect(await page.evaluate(() => document.cookie)).toBe('')
  expect([...hosts]).toEqual([baseURL])
})
