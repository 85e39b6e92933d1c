import { test } from './rig/hcaptcha'
import { expect } from './rig/test'

test.use({ orWork: '1', expectedErrors: [/status of 404 .*api\.js/] })

test('a shop that offers work beside hCaptcha gives a place to whoever chooses it, or can’t load hCaptcha', async ({
  page,
  mint,
  hcaptcha,
}) => {
  const soon = { room: true, opensAt: new Date(Date.now() + 600_000) }
  const [sale, other] = [await mint(soon), await mint(soon)]
  const place = page.getByRole('region', { name: 'Your place' })
  await page.goto(`/sales/${sale.slug}/room`)
  await page.getByRole('button', { name: 'Let my browser do some work instead' }).click()
  await expect(place).toContainText('You have a place in the draw.')
  hcaptcha.service.scriptIsThere = false
  await page.goto(`/sales/${other.slug}/room`)
  await expect(place).toContainText('You have a place in the draw.')
  expect(hcaptcha.asked).toHaveLength(0)
})
