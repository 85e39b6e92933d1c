import type { Page } from '@playwright/test'
import { waitCookie, waitFrom } from '../lib/rooms/ticket'
import { controlSale } from '../lib/sales/control'
import { bought } from '../tests/purchase'
import { open, roomToCome, standingRoom } from './rig/rooms'
import { addButton, alertOn, buyCartByForms, numbersOn, title } from './rig/steps'
import { expect, test } from './rig/test'

test.use({ javaScriptEnabled: false })
// The page looks again by its own pace.
test.setTimeout(120_000)

const placeOn = (page: Page) => page.getByRole('region', { name: 'Your place' })

test('I17: from the form over the draw to a paid unit; the page shows the place and goes on by itself', async ({
  page,
  mint,
  ctx,
}) => {
  const sale = await roomToCome({ mint })
  await page.goto(`/sales/${sale.slug}`)
  await page.getByRole('link', { name: 'Go to the waiting room' }).click()
  await page.getByRole('button', { name: 'Take a place' }).click()
  await expect(placeOn(page)).toContainText('Your place is taken in a few seconds.')
  await open(ctx, sale, 20_000)
  // From here on nothing is pressed until it is their turn.
  await expect(placeOn(page)).toContainText('You have a place in the draw.', { timeout: 30_000 })
  await expect(placeOn(page)).toContainText('It is your turn.', { timeout: 40_000 })
  await page.getByRole('link', { name: 'Enter the sale' }).click()
  await addButton(page).click()
  await page.getByRole('link', { name: 'Go to cart' }).click()
  await buyCartByForms(page)
  await expect(title(page, 'No. 1 is yours')).toBeVisible()
  expect(await numbersOn(page)).toEqual([1])
})

test('I17: a place behind the draw with what is in front, kept over reloads and tabs, told early and told the end', async ({
  page,
  context,
  mint,
  ctx,
  settings,
}) => {
  const sale = await standingRoom({ mint, ctx }, 40, { allocation: 1, limit: 1 })
  await page.goto(`/sales/${sale.slug}/room`)
  await page.getByRole('button', { name: 'Take a place' }).click()
  await expect(placeOn(page)).toContainText('Your place is taken in a few seconds.')
  // As if it had waited already.
  const cookies = await context.cookies()
  const buyerId = cookies.find(({ name }) => name === 'buyer')?.value.split('.')[0] ?? ''
  const wait = waitFrom(settings.APP_SECRET, { saleId: sale.id, buyerId }, Date.now() - 60_000)
  await context.addCookies([{ name: waitCookie(sale.slug), value: wait, url: settings.PUBLIC_URL }])
  const lookNow = () => page.getByRole('link', { name: 'look now' }).click()
  await lookNow()
  await expect(placeOn(page)).toContainText('40 shoppers are in front of you.')
  await expect(placeOn(page)).toContainText('What is left will probably not reach you.')
  await page.reload()
  await expect(placeOn(page)).toContainText('40 shoppers are in front of you.')
  const tab = await context.newPage()
  await tab.goto(`/sales/${sale.slug}/room/place`)
  await expect(placeOn(tab)).toContainText('40 shoppers are in front of you.')
  await tab.close()
  await controlSale(ctx, sale.id, { pause: true })
  await expect(async () => {
    await lookNow()
    await expect(placeOn(page)).toContainText('paused for a moment. Your place is kept', { timeout: 500 })
  }).toPass()
  await controlSale(ctx, sale.id, { resume: true })
  await bought(ctx, sale)
  await expect(async () => {
    await page.goto(`/sales/${sale.slug}/room/place`)
    await expect(placeOn(page)).toContainText('Sold out. Nothing was charged', { timeout: 500 })
  }).toPass()
})

test('I17: the form of the sale is there, and refuses whoever has not been admitted', async ({
  page,
  mint,
}) => {
  const sale = await mint({ room: true })
  await page.goto(`/sales/${sale.slug}`)
  await addButton(page).click()
  await expect(alertOn(page)).toContainText('it is not your turn yet')
})
