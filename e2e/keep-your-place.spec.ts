import type { Page } from '@playwright/test'
import { setRate } from '../lib/rooms/set-rate'
import { test } from './rig/own-shop'
import { roomToCome, standingRoom } from './rig/rooms'
import { addToCart } from './rig/steps'
import { expect } from './rig/test'

test.setTimeout(240_000)

const placeOn = (page: Page) => page.getByRole('region', { name: 'Your place' })

// While the server or a store is away the page says so to the console, as browsers do.
test.use({ expectedErrors: [/Failed to load resource|^response: 50\d/] })

test('I17: a restart of the server, of Redis and of Postgres changes no place in the waiting room', async ({
  page,
  mint,
  ctx,
  outages,
}) => {
  const [queue, draw] = [await standingRoom({ mint, ctx }, 7), await roomToCome({ mint })]
  const rooms = [
    { slug: queue.slug, says: '7 shoppers are in front of you.' },
    { slug: draw.slug, says: 'You have a place in the draw.' },
  ]
  const passes = () => page.evaluate(() => JSON.stringify(Object.entries(localStorage).sort()))
  async function expectPlaces() {
    for (const { slug, says } of rooms) {
      await page.goto(`/sales/${slug}/room`)
      await expect(placeOn(page)).toContainText(says, { timeout: 30_000 })
    }
  }
  await expectPlaces()
  const kept = await passes()
  for (const disturb of [
    outages.restartServer,
    async () => (await outages.crash('redis'))(),
    async () => (await outages.crash('postgres'))(),
  ]) {
    await disturb()
    await expectPlaces()
    expect(await passes()).toBe(kept)
  }
  await setRate(ctx, queue.id, 20)
  await page.goto(`/sales/${queue.slug}/room`)
  await expect(placeOn(page)).toContainText('It is your turn.', { timeout: 40_000 })
  await addToCart(page, queue.slug)
})
