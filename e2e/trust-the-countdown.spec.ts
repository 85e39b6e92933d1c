import type { Locator } from '@playwright/test'
import { addButton, addToCart, cartOf, holdTimer, markPage, readyAddButton } from './rig/steps'
import { expect, test } from './rig/test'
import { expectCountdown, lateness, within } from './rig/time'

/** Reads it three times, as it ticks. */
async function expectTicking(countdown: Locator, deadline: number) {
  for (let reading = 0; reading < 3; reading++) {
    await expectCountdown(countdown, deadline)
    await expect(countdown).not.toHaveText((await countdown.textContent()) ?? '')
  }
}

/** Nothing happens before its time, and what happens is seen within a second. */
async function expectOnTime(awaited: Locator, moment: number) {
  const late = await lateness(awaited, moment)
  expect(Date.now()).toBeGreaterThanOrEqual(moment)
  expect(late).toBeLessThanOrEqual(within(1_000))
}

for (const [name, minutes] of [
  ['ten minutes fast', 10],
  ['ten minutes slow', -10],
] as const) {
  test.describe(`a visitor whose clock is ${name}`, () => {
    test.beforeEach(({ page }) => page.clock.install({ time: Date.now() + minutes * 60_000 }))

    test('sees the server’s countdown, and the sale opens on time', async ({ page, mint }) => {
      const opensAt = new Date(Date.now() + 10_000)
      const sale = await mint({ opensAt })
      await page.goto(`/sales/${sale.slug}`)
      expect(await page.evaluate(() => Date.now()), 'the clock is wrong').not.toBeCloseTo(Date.now(), -5)
      const assertSamePage = await markPage(page)
      await expectTicking(page.locator('time[datetime^="PT"]'), opensAt.getTime())
      await expect(addButton(page)).toBeDisabled()
      await expectOnTime(readyAddButton(page), opensAt.getTime())
      await addButton(page).click()
      await expect(page.getByText('This one is yours')).toBeVisible()
      await assertSamePage()
    })

    test('has the whole time of the cart', async ({ page, mint }) => {
      const sale = await mint({ holdSeconds: 12 })
      await addToCart(page, sale.slug)
      const deadline = Date.parse((await cartOf(page, sale.slug)).deadline)
      await page.goto('/cart')
      await expectTicking(holdTimer(page), deadline)
      await expectOnTime(page.getByText('The time on your cart ran out'), deadline)
    })
  })
}

test('a sale that closes says so at its time, without a reload', async ({ page, mint }) => {
  const closesAt = new Date(Date.now() + 8_000)
  const sale = await mint({ closesAt })
  await page.goto(`/sales/${sale.slug}`)
  const assertSamePage = await markPage(page)
  await expectOnTime(page.getByText('This sale has ended.'), closesAt.getTime())
  await expect(addButton(page)).toBeDisabled()
  await assertSamePage()
})
