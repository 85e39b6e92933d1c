import type { Page } from '@playwright/test'
import { saleKeys } from '../db/keys'
import { expireHolds } from '../lib/holds/expire'
import { findCart } from '../lib/holds/find'
import { cards, makeHoldDue } from '../tests/shop'
import {
  addButton,
  addToCart,
  alertOn,
  cartOf,
  markPage,
  numbersOn,
  pay,
  placeOrder,
  readyAddButton,
  secondsIn,
  title,
} from './rig/steps'
import { expect, test } from './rig/test'
import { lateness, within } from './rig/time'

/** Somebody who looks at a sale all of whose units are held by others. */
async function waitingOn(page: Page, slug: string) {
  await page.goto(`/sales/${slug}`)
  await expect(page.getByText('None free right now')).toBeVisible()
  await expect(
    page.getByText(/^All 1 that are left are in other carts; some usually come back/),
  ).toBeVisible()
  await expect(page.getByText(/sold out/i)).toHaveCount(0)
  await expect(addButton(page)).toBeDisabled()
  return markPage(page)
}

test('a cart whose time runs out: the one who waits has the unit within two seconds', async ({
  page,
  newBrowser,
  mint,
}) => {
  const sale = await mint({ allocation: 1, holdSeconds: 8 })
  await addToCart(page, sale.slug)
  const deadline = Date.parse((await cartOf(page, sale.slug)).deadline)
  const other = await newBrowser()
  const assertSamePage = await waitingOn(other, sale.slug)
  expect(await lateness(readyAddButton(other), deadline)).toBeLessThanOrEqual(within(2_000))
  expect(Date.now(), 'not before its time').toBeGreaterThanOrEqual(deadline)
  await addButton(other).click()
  await expect(other.getByText('This one is yours')).toBeVisible()
  await assertSamePage()
  await expect(alertOn(page)).toContainText('The time on your cart ran out')
  await expect(alertOn(page)).toBeFocused()
  await expect(page.getByText(/^All 1 that are left are in other carts/)).toBeVisible()
})

test('an order that is cancelled frees its unit within two seconds', async ({ page, newBrowser, mint }) => {
  const sale = await mint({ allocation: 1 })
  await placeOrder(page, sale.slug)
  const other = await newBrowser()
  const assertSamePage = await waitingOn(other, sale.slug)
  await page.getByRole('button', { name: 'Cancel order' }).click()
  expect(await lateness(readyAddButton(other), Date.now())).toBeLessThanOrEqual(within(2_000))
  await assertSamePage()
  await expect(title(page, 'This order is cancelled')).toBeVisible()
  await expect(page.getByText('Nothing was charged.')).toBeVisible()
})

test('a cart that is emptied frees its unit; a paid one is sold out for good', async ({
  page,
  newBrowser,
  mint,
  ctx,
}) => {
  const sale = await mint({ allocation: 1 })
  await addToCart(page, sale.slug)
  const other = await newBrowser()
  await waitingOn(other, sale.slug)
  await page.goto('/cart')
  await page.getByRole('button', { name: 'Empty cart' }).click()
  await expect(page.getByText('This cart is empty now.')).toBeVisible()
  await readyAddButton(other).waitFor()

  await placeOrder(other, sale.slug)
  await pay(other, cards.pays)
  await expect(title(other, 'No. 1 is yours')).toBeVisible()
  expect(await numbersOn(other)).toEqual([1])
  await page.goto(`/sales/${sale.slug}`)
  await expect(page.getByText('Sold out. Every number has its owner.')).toBeVisible()
  await expect(addButton(page)).toBeDisabled()
  const [buyer] = await page.context().cookies()
  const left = await findCart(ctx, { sale, buyerId: buyer?.value.split('.')[0] ?? '' })
  expect(left.ok && left.value.lines.length > 0).toBe(false)
})

test.describe('after carts that ended unpaid', () => {
  // The page asks for a cart that is gone by then.
  test.use({ expectedErrors: [/status of 404 .*\/cart/] })

  test('a shopper whose second cart ended unpaid is told when to try again, and can then (attack 18)', async ({
    page,
    mint,
    ctx,
  }) => {
    const sale = await mint({ allocation: 5 })
    await addToCart(page, sale.slug)
    const [buyer] = await page.context().cookies()
    const buyerId = buyer?.value.split('.')[0] ?? ''
    await makeHoldDue(ctx, sale.id, buyerId)
    await expireHolds(ctx, sale.id)
    await page.goto(`/sales/${sale.slug}`)
    await addToCart(page, sale.slug)
    await makeHoldDue(ctx, sale.id, buyerId)
    await expireHolds(ctx, sale.id)

    await page.goto(`/sales/${sale.slug}`)
    await readyAddButton(page).click()
    await expect(alertOn(page)).toContainText('Several of your carts in this sale ended unpaid')
    const wait = alertOn(page).getByRole('timer')
    await expect(wait).toHaveText(/^0:[0-3]\d$/)
    const left = secondsIn(await wait.textContent())
    await expect.poll(async () => secondsIn(await wait.textContent())).toBeLessThan(left)
    // As if the wait were over.
    await ctx.redis.hset(saleKeys(sale.id).lapses, { [buyerId]: '2:1' })
    await addButton(page).click()
    await expect(page.getByText('This one is yours')).toBeVisible()
  })
})
