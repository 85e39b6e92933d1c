import AxeBuilder from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { controlSale } from '../lib/sales/control'
import { test } from './rig/hcaptcha'
import { addButton, addToCart, alertOn, fillAddress, title } from './rig/steps'
import { expect } from './rig/test'

const box = (page: Page) => page.getByRole('group', { name: 'Please show that you are a person' })
const human = (page: Page) => page.frameLocator('iframe[title="hCaptcha"]').getByLabel('I am human')
const place = (page: Page) => page.getByRole('region', { name: 'Your place' })
const inDraw = 'You have a place in the draw.'
const turn = 'It is your turn.'

// One after the other: they change how the service behaves.
test.describe.configure({ mode: 'default' })

const anHour = 3_600_000
/** When the test says so, however slow the machine is. */
const later = () => ({
  room: true,
  opensAt: new Date(Date.now() + anHour),
  closesAt: new Date(Date.now() + 2 * anHour),
})

test.afterEach(({ hcaptcha }) => {
  Object.assign(hcaptcha.service, { mood: 'well', scriptIsThere: true })
})

test('hCaptcha, by keyboard, becomes a place in the draw, an admission and a unit; it is asked before the opening only', async ({
  page,
  ctx,
  mint,
  hcaptcha,
}) => {
  const sale = await mint(later())
  await page.goto(`/sales/${sale.slug}/room`)
  await human(page).focus()
  await page.keyboard.press('Space')
  await expect(place(page)).toContainText(inDraw)
  await expect(box(page)).toHaveCount(0)
  const asked = hcaptcha.asked.length

  await controlSale(ctx, sale.id, { opensAt: new Date(), closesAt: sale.closesAt })
  await expect(place(page)).toContainText(turn, { timeout: 40_000 })
  await page.getByRole('link', { name: 'Enter the sale' }).click()
  await addButton(page).click()
  await expect(page.getByText('This one is yours')).toBeVisible()
  expect(hcaptcha.asked).toHaveLength(asked)
})

test('what hCaptcha asks is readable for everybody, in light, in dark and on a narrow screen', async ({
  page,
  mint,
}) => {
  const sale = await mint(later())
  await page.setViewportSize({ width: 320, height: 640 })
  await page.goto(`/sales/${sale.slug}/room`)
  await expect(human(page)).toBeVisible()
  await expect(box(page).getByRole('link', { name: 'how to get it' })).toBeVisible()
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    // Not the style sheet of others, which axe would copy into the page against its policy.
    const { violations } = await new AxeBuilder({ page }).options({ preload: false }).analyze()
    const grave = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
    expect(grave.map(({ id }) => id)).toEqual([])
  }
  const sticksOut = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth)
  expect(sticksOut).toBe(false)
})

test('where a sale asks for a proof at the order, the answer to hCaptcha orders', async ({ page, mint }) => {
  const sale = await mint({ proof: 'order' })
  await addToCart(page, sale.slug)
  await page.goto(`/checkout?sale=${sale.slug}`)
  await human(page).check()
  await expect(box(page)).toHaveCount(0)
  await fillAddress(page)
  await page.getByRole('button', { name: 'Place order' }).click()
  await expect(title(page, /^Pay to make/)).toBeVisible()
})

test.describe(() => {
  test.use({ expectedErrors: [/status of 404 .*api\.js|status of 503|^response: 503/] })

  test('fault 43: with hCaptcha down at the opening whoever joined before comes in; the others are told, and may try again', async ({
    page,
    ctx,
    mint,
    hcaptcha,
    newBrowser,
  }) => {
    const sale = await mint(later())
    await page.goto(`/sales/${sale.slug}/room`)
    await human(page).check()
    await expect(place(page)).toContainText(inDraw)
    hcaptcha.service.mood = 'error'
    const late = await newBrowser({}, [/status of 503/, /^response: 503/])
    await late.goto(`/sales/${sale.slug}/room`)
    await human(late).check()
    await expect(late.getByText('does not answer right now')).toBeVisible()
    await expect(alertOn(late)).toContainText('Try again in a moment.')

    await controlSale(ctx, sale.id, { opensAt: new Date(), closesAt: sale.closesAt })
    await expect(place(page)).toContainText(turn, { timeout: 40_000 })
    await page.getByRole('link', { name: 'Enter the sale' }).click()
    await addButton(page).click()
    await expect(page.getByText('This one is yours')).toBeVisible()

    hcaptcha.service.mood = 'well'
    await late.getByRole('button', { name: 'Try again' }).click()
    await human(late).check()
    await expect(place(late)).toContainText(turn, { timeout: 40_000 })
  })

  test('fault 43: a page that can’t load hCaptcha says so and lets nobody in', async ({
    page,
    mint,
    hcaptcha,
  }) => {
    hcaptcha.service.scriptIsThere = false
    const sale = await mint({ room: true })
    await page.goto(`/sales/${sale.slug}/room`)
    await expect(page.getByText('does not answer right now')).toBeVisible()
    expect(await page.evaluate((slug) => localStorage.getItem(`room-${slug}`), sale.slug)).toBeNull()
    hcaptcha.service.scriptIsThere = true
    await page.getByRole('button', { name: 'Try again' }).click()
    await human(page).check()
    await expect(place(page)).toContainText(turn, { timeout: 40_000 })
  })
})
