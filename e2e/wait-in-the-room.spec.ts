import type { Page } from '@playwright/test'
import { setRate } from '../lib/rooms/set-rate'
import { controlSale } from '../lib/sales/control'
import { bought } from '../tests/purchase'
import { cards } from '../tests/shop'
import { open, roomToCome, standingRoom } from './rig/rooms'
import { addButton, addToCart, alertOn, fillAddress, numbersOn, pay, title } from './rig/steps'
import { expect, test } from './rig/test'

const turn = 'It is your turn.'
const placeOn = (page: Page) => page.getByRole('region', { name: 'Your place' })

test('I17: from the place before the opening over the draw to a paid unit; a reload and a second tab keep the place', async ({
  page,
  context,
  mint,
  ctx,
}) => {
  const sale = await roomToCome({ mint })
  await page.goto(`/sales/${sale.slug}`)
  await page.getByRole('link', { name: 'Go to the waiting room' }).click()
  await expect(title(page, sale.title)).toBeVisible()
  const place = placeOn(page)
  await expect(place).toContainText('You have a place in the draw.')
  const kept = () => page.evaluate((slug) => localStorage.getItem(`room-${slug}`), sale.slug)
  const ticket = await kept()
  await page.reload()
  await expect(place).toContainText('You have a place in the draw.')
  const tab = await context.newPage()
  await tab.goto(`/sales/${sale.slug}/room`)
  await expect(placeOn(tab)).toContainText('You have a place in the draw.')
  expect(await kept()).toBe(ticket)
  await tab.close()

  await open(ctx, sale, 2_000)
  await expect(place).toContainText(turn, { timeout: 40_000 })
  await page.getByRole('button', { name: 'Check my draw' }).click()
  await expect(
    page.getByText(/is the one that was promised. Your draw puts you behind \d+ others/),
  ).toBeVisible()
  await page.getByRole('link', { name: 'Enter the sale' }).click()
  await addButton(page).click()
  await expect(page.getByText('This one is yours')).toBeVisible()
  await page.goto(`/checkout?sale=${sale.slug}`)
  await fillAddress(page)
  await page.getByRole('button', { name: 'Place order' }).click()
  await expect(title(page, /^Pay to make/)).toBeVisible()
  await pay(page, cards.pays)
  await expect(title(page, 'No. 1 is yours')).toBeVisible()
  expect(await numbersOn(page)).toEqual([1])
})

test('I17: tabs that a browser opens together end with one place, the first', async ({
  context,
  mint,
  ctx,
}) => {
  const sale = await standingRoom({ mint, ctx }, 0)
  const tabs = await Promise.all([1, 2, 3].map(() => context.newPage()))
  await Promise.all(tabs.map((tab) => tab.goto(`/sales/${sale.slug}/room`)))
  for (const tab of tabs) await expect(placeOn(tab)).toContainText('You are next.')
  const ticket = await tabs[0]?.evaluate((slug) => localStorage.getItem(`room-${slug}`), sale.slug)
  expect(ticket).toContain('"q0.')

  // A tab that took a place because its browser had not shown it the first one yet.
  const late = await context.newPage()
  await late.goto('/')
  await late.evaluate(
    ([key = '', pass = '']) => localStorage.setItem(key, pass),
    [`room-${sale.slug}`, ticket?.replace('"q0.', '"q7.') ?? ''],
  )
  const stored = () => late.evaluate((slug) => localStorage.getItem(`room-${slug}`), sale.slug)
  await expect.poll(stored).toBe(ticket)
  for (const tab of tabs) await expect(placeOn(tab)).toContainText('You are next.')
})

test('the tail is told early, a pause that the place is kept, and everybody at once that it is sold out', async ({
  page,
  mint,
  ctx,
}) => {
  const sale = await standingRoom({ mint, ctx }, 40, { allocation: 1, limit: 1 })
  await page.goto(`/sales/${sale.slug}/room`)
  await expect(placeOn(page)).toContainText('40 shoppers are in front of you.')
  await expect(placeOn(page)).toContainText('What is left will probably not reach you.')
  await expect(placeOn(page)).toContainText('1 unit is free and 0 in carts')
  await controlSale(ctx, sale.id, { pause: true })
  await expect(placeOn(page)).toContainText('The sale is paused for a moment. Your place is kept')
  await controlSale(ctx, sale.id, { resume: true })
  await expect(placeOn(page)).not.toContainText('paused')
  await bought(ctx, sale)
  await expect(placeOn(page)).toContainText('Sold out. Nothing was charged')
})

test('a place of somebody who used the browser before is given up for one of its own', async ({
  page,
  mint,
  context,
  ctx,
  expectedErrors,
}) => {
  expectedErrors.push(/status of 40[13] .*admission/)
  const sale = await standingRoom({ mint, ctx }, 0)
  await page.goto(`/sales/${sale.slug}/room`)
  await expect(placeOn(page)).toContainText('You are next.')
  await context.clearCookies()
  await setRate(ctx, sale.id, null)
  await expect(placeOn(page)).toContainText(turn, { timeout: 40_000 })
  await addToCart(page, sale.slug)
})

test('whoever comes after the opening queues behind the draw, and buys when it is their turn', async ({
  page,
  mint,
}) => {
  const sale = await mint({ room: true })
  await page.goto(`/sales/${sale.slug}/room`)
  await expect(placeOn(page)).toContainText(turn, { timeout: 40_000 })
  await addToCart(page, sale.slug)
})

test('a page that thinks it is admitted is told where to go when it is not', async ({ page, mint }) => {
  const sale = await mint({ room: true })
  await page.goto(`/sales/${sale.slug}`)
  await expect(page.getByRole('link', { name: 'Go to the waiting room' })).toBeVisible()
  const pass = JSON.stringify({
    ticket: 'd.x',
    buyerId: 'byr_x',
    admittedUntil: new Date(Date.now() + 3_600_000).toISOString(),
  })
  await page.evaluate(([slug, text]) => localStorage.setItem(`room-${slug}`, text ?? ''), [sale.slug, pass])
  await page.reload()
  await addButton(page).click()
  await expect(alertOn(page)).toContainText('it is not your turn yet')
  await alertOn(page).getByRole('link', { name: 'Go to the waiting room' }).click()
  await expect(title(page, sale.title)).toBeVisible()
})
