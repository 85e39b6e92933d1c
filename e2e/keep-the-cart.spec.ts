import { controlSale } from '../lib/sales/control'
import { addToCart, alertOn, cartOf, fillAddress, holdTimer, secondsIn } from './rig/steps'
import { expect, test } from './rig/test'
import { expectCountdown } from './rig/time'

test('reload, second tab and a browser that was closed: the same units until the same time', async ({
  page,
  context,
  newBrowser,
  mint,
}) => {
  const sale = await mint()
  await addToCart(page, sale.slug, 2)
  const { deadline } = await cartOf(page, sale.slug)
  const expectSameCart = (timer: ReturnType<typeof holdTimer>) => expectCountdown(timer, Date.parse(deadline))
  await expectSameCart(holdTimer(page))

  await page.reload()
  await expect(page.getByText('These are yours')).toBeVisible()
  await expectSameCart(holdTimer(page))

  const tab = await context.newPage()
  await tab.goto('/cart')
  await expectSameCart(holdTimer(tab))

  const again = await newBrowser({ storageState: await context.storageState() })
  await again.goto('/cart')
  await expectSameCart(holdTimer(again))
  await again.goto(`/sales/${sale.slug}`)
  await expect(again.getByText('These are yours')).toBeVisible()
  await expectSameCart(holdTimer(again))
  expect((await cartOf(again, sale.slug)).deadline).toBe(deadline)
})

test('editing the cart never moves its deadline; the extension does, once', async ({
  page,
  context,
  mint,
}) => {
  const sale = await mint({ holdSeconds: 160, extensions: 1 })
  await addToCart(page, sale.slug)
  const { deadline } = await cartOf(page, sale.slug)
  const tab = await context.newPage()
  await tab.goto(`/sales/${sale.slug}`)

  await page.goto('/cart')
  await page.getByLabel('Quantity').selectOption('3')
  await expect(page.getByRole('list', { name: 'Your numbers' })).toHaveText(/No\. 1.*No\. 2.*No\. 3/)
  expect((await cartOf(page, sale.slug)).deadline).toBe(deadline)
  await expect(tab.getByRole('list', { name: 'Your numbers' }), 'the other tab follows').toHaveText(/No\. 3/)

  await page.getByRole('button', { name: '2 more minutes' }).click()
  await expect(page.getByRole('button', { name: '2 more minutes' })).toHaveCount(0)
  const extended = Date.parse((await cartOf(page, sale.slug)).deadline)
  expect(extended - Date.parse(deadline)).toBe(160_000)
  await expectCountdown(holdTimer(page), extended)
})

test('while the sale is paused the cart is frozen and loses no time', async ({ page, mint, ctx }) => {
  const sale = await mint({ holdSeconds: 16 })
  await addToCart(page, sale.slug)
  const deadline = Date.parse((await cartOf(page, sale.slug)).deadline)
  await page.goto('/cart')
  const pausing = Date.now()
  await controlSale(ctx, sale.id, { pause: true })
  const paused = Date.now()
  await expect(page.getByText('Frozen while the sale is paused')).toBeVisible()
  const left = secondsIn(await holdTimer(page).textContent())

  const timeItHad = 'the time it would have had is over'
  await expect.poll(() => Date.now(), { message: timeItHad, timeout: 25_000 }).toBeGreaterThan(deadline + 500)
  expect(secondsIn(await holdTimer(page).textContent())).toBe(left)
  expect((await cartOf(page, sale.slug)).lines).toHaveLength(1)
  const resuming = Date.now()
  await controlSale(ctx, sale.id, { resume: true })
  const resumed = Date.now()
  await expect(page.getByText('Frozen while the sale is paused')).toHaveCount(0)
  const later = Date.parse((await cartOf(page, sale.slug)).deadline)
  expect(later - deadline, 'all the time of the pause is given back').toBeGreaterThanOrEqual(
    resuming - paused,
  )
  expect(later - deadline).toBeLessThanOrEqual(resumed - pausing)
  await expectCountdown(holdTimer(page), later)
})

test('a paused sale takes nothing new, and goes on by itself', async ({ page, mint, ctx }) => {
  const sale = await mint()
  await page.goto(`/sales/${sale.slug}`)
  await controlSale(ctx, sale.id, { pause: true })
  await expect(page.getByText(/^Paused for a moment\./)).toBeVisible()
  await expect(page.getByRole('button', { name: 'Add to cart' })).toBeDisabled()
  await controlSale(ctx, sale.id, { resume: true })
  await page.getByRole('button', { name: 'Add to cart', disabled: false }).click()
  await expect(page.getByText('This one is yours')).toBeVisible()
})

test('when the time runs out at the checkout, what was typed stays', async ({ page, mint }) => {
  const sale = await mint({ holdSeconds: 8 })
  await addToCart(page, sale.slug)
  await page.goto(`/checkout?sale=${sale.slug}`)
  await fillAddress(page)
  await expect(alertOn(page)).toContainText('The time on your cart ran out', { timeout: 12_000 })
  await expect(alertOn(page)).toBeFocused()
  await expect(page.getByLabel('Full name')).toHaveValue('Ada Lovelace')
  await expect(page.getByRole('button', { name: 'Place order' })).toBeDisabled()
  await page.getByRole('link', { name: 'Back to the sale' }).click()
  await page.getByRole('button', { name: 'Add to cart' }).click()
  await page.getByRole('link', { name: 'Go to cart' }).click()
  await page.getByRole('link', { name: 'Check out' }).click()
  await expect(page.getByLabel('Full name')).toHaveValue('Ada Lovelace')
  await expect(page.getByLabel('Country')).toHaveValue('GB')
})
