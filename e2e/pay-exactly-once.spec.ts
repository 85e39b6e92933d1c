import { intentsOf } from '../tests/purchase'
import { cards } from '../tests/shop'
import { alertOn, numbersOn, pay, payButton, placeOrder, title } from './rig/steps'
import { expect, test } from './rig/test'

test('a double click on Pay is one charge', async ({ page, mint, ctx }) => {
  const sale = await mint()
  const id = await placeOrder(page, sale.slug)
  await page.getByLabel('Card number').fill(cards.pays)
  await payButton(page).dblclick()
  await expect(title(page, 'No. 1 is yours')).toBeVisible()
  const charges = await intentsOf(ctx, id)
  expect(charges).toHaveLength(1)
  expect(charges[0]).toMatchObject({ captures: 1, voids: 0, amountMinor: 1990 })
})

test('two tabs that pay at once, Back and a second try are one charge', async ({
  page,
  context,
  mint,
  ctx,
}) => {
  const sale = await mint()
  const id = await placeOrder(page, sale.slug)
  const tab = await context.newPage()
  await tab.goto(page.url())
  await Promise.all([pay(page, cards.pays), pay(tab, cards.pays)])
  await expect(title(page, 'No. 1 is yours')).toBeVisible()
  await expect(title(tab, 'No. 1 is yours')).toBeVisible()
  await page.goto('/')
  await page.goBack()
  await expect(title(page, 'No. 1 is yours')).toBeVisible()
  await expect(payButton(page)).toHaveCount(0)
  expect((await intentsOf(ctx, id)).map(({ captures }) => captures)).toEqual([1])
})

test('two clicks on Place order, and Back afterwards, are one order', async ({ page, mint, ctx }) => {
  const sale = await mint()
  const id = await placeOrder(page, sale.slug)
  await page.goBack()
  await page.goForward()
  await expect(title(page, /^Pay to make/)).toBeVisible()
  await page.goto(`/checkout?sale=${sale.slug}`)
  await expect(page.getByText('There is nothing to check out.')).toBeVisible()
  expect(await intentsOf(ctx, id)).toEqual([])
})

test('a declined card keeps the units, and another card pays', async ({ page, mint, ctx }) => {
  const sale = await mint()
  const id = await placeOrder(page, sale.slug)
  await pay(page, cards.declined)
  const refusal = alertOn(page).filter({ hasText: 'Your bank declined the payment.' })
  await expect(refusal).toContainText(/Still holding.*\d+:\d\d/)
  await expect(refusal).toBeFocused()
  await expect(page.getByLabel('Card number')).toHaveValue(cards.declined)
  await pay(page, cards.pays)
  await expect(title(page, 'No. 1 is yours')).toBeVisible()
  expect((await intentsOf(ctx, id)).map(({ state, captures }) => [state, captures])).toEqual([
    ['declined', 0],
    ['captured', 1],
  ])
})

test('a bank that asks for a confirmation charges after it, not before', async ({ page, mint, ctx }) => {
  const sale = await mint()
  const id = await placeOrder(page, sale.slug)
  await pay(page, cards.asks)
  await expect(page.getByText('Your bank asks you to confirm this payment.')).toBeVisible()
  expect((await intentsOf(ctx, id)).map(({ captures }) => captures)).toEqual([0])
  await page.getByRole('button', { name: 'Confirm payment' }).dblclick()
  await expect(title(page, 'No. 1 is yours')).toBeVisible()
  expect((await intentsOf(ctx, id)).map(({ captures }) => captures)).toEqual([1])
  expect(await numbersOn(page)).toEqual([1])
})

test('a test card is one click away from the field', async ({ page, mint }) => {
  const sale = await mint()
  await placeOrder(page, sale.slug)
  await page.getByRole('button', { name: '4242 4242 4242 4242' }).click()
  await payButton(page).click()
  await expect(title(page, 'No. 1 is yours')).toBeVisible()
})

test('a payment that arrives too late moves to a new order, and the page leads there', async ({
  page,
  mint,
}) => {
  test.slow()
  const sale = await mint({ paySeconds: 8 })
  await placeOrder(page, sale.slug)
  await pay(page, cards.late)
  await expect(page.getByText('Your payment is being processed.')).toBeVisible()
  await expect(title(page, 'Your payment arrived late, and still won')).toBeVisible({ timeout: 20_000 })
  await page.getByRole('link', { name: 'Go to the new order' }).click()
  await expect(title(page, 'No. 1 is yours')).toBeVisible()
})

test('an order that is not paid in time ends by itself and says so', async ({ page, mint }) => {
  const sale = await mint({ paySeconds: 4 })
  await placeOrder(page, sale.slug)
  await expect(title(page, 'The time to pay ran out')).toBeVisible({ timeout: 20_000 })
  await expect(page.getByText('The units went back on sale. Nothing was charged.')).toBeVisible()
  await expect(payButton(page)).toHaveCount(0)
})
