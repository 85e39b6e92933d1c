import { config } from '../lib/config'
import { addButton, addToCart, alertOn, fillAddress, title } from './rig/steps'
import { expect, test } from './rig/test'

test('where a sale asks for a proof at the order, the page makes it by itself while the address is typed', async ({
  page,
  mint,
}) => {
  const sale = await mint({ proof: 'order' })
  await addToCart(page, sale.slug)
  await page.goto(`/checkout?sale=${sale.slug}`)
  await fillAddress(page)
  await page.getByRole('button', { name: 'Place order' }).click()
  await expect(title(page, /^Pay to make/)).toBeVisible()
})

test('the work is announced, leaves the page responsive, and ends in the order that was asked for', async ({
  page,
  mint,
}) => {
  const sale = await mint({ proof: 'order' })
  await addToCart(page, sale.slug)
  // Work that has no end until the test says so.
  await page.addInitScript(() => {
    const derive = crypto.subtle.deriveBits.bind(crypto.subtle)
    const finished = new Promise((resolve) => addEventListener('finish-work', resolve))
    crypto.subtle.deriveBits = (...wish) => finished.then(() => derive(...wish))
  })
  await page.goto(`/checkout?sale=${sale.slug}`)
  await fillAddress(page)
  await expect(page.getByText('Your browser shows that it is at work.')).toBeVisible()
  const order = page.getByRole('button', { name: 'Place order' })
  await order.click()
  await expect(order).toHaveAttribute('aria-busy', 'true')
  await page.getByLabel('City').fill('Potsdam')
  await expect(page.getByLabel('City')).toHaveValue('Potsdam')
  await page.evaluate(() => dispatchEvent(new Event('finish-work')))
  await expect(title(page, /^Pay to make/)).toBeVisible()
})

test('after repeated changes of a cart a proof is made and the change goes on', async ({ page, mint }) => {
  const sale = await mint({ proof: 'reserves' })
  await addToCart(page, sale.slug)
  await page.goto('/cart')
  const asked = page.waitForRequest('**/challenge')
  for (let change = 1; change <= config.captcha.freeReserves; change++) {
    await page.getByLabel('Quantity').selectOption(String(change + 1))
    await expect(page.getByRole('list', { name: 'Your numbers' }).getByRole('listitem')).toHaveCount(
      change + 1,
    )
  }
  await asked
  await expect(alertOn(page)).toHaveCount(0)
})

test('an old proof is replaced by a new one, and nobody notices', async ({ page, mint }) => {
  const sale = await mint({ proof: 'order' })
  await addToCart(page, sale.slug)
  let asked = 0
  await page.route('**/checkout*', async (route) => {
    const isAction = route.request().method() === 'POST'
    if (!isAction || asked++ > 0) return route.fallback()
    const body = (route.request().postData() ?? '').replace(/eyJ[\w+/=]{40}/, 'eyJ9')
    await route.continue({ postData: body })
  })
  await page.goto(`/checkout?sale=${sale.slug}`)
  await fillAddress(page)
  await page.getByRole('button', { name: 'Place order' }).click()
  await expect(title(page, /^Pay to make/)).toBeVisible()
  expect(asked).toBe(2)
})

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false })

  test('a sale that asks for a proof says so before and after, and keeps the cart and what was typed', async ({
    page,
    mint,
  }) => {
    const sale = await mint({ proof: 'order' })
    await page.goto(`/sales/${sale.slug}`)
    await addButton(page).click()
    await page.goto(`/checkout?sale=${sale.slug}`)
    const said = page.getByRole('paragraph').filter({ hasText: 'Please switch it on for this page' })
    await expect(said).toBeVisible()
    await fillAddress(page)
    await page.getByRole('button', { name: 'Place order' }).click()
    await expect(alertOn(page)).toContainText('We need a proof that a browser is at work.')
    await expect(alertOn(page)).toContainText('Where JavaScript is off, switch it on')
    await expect(page.getByLabel('Full name')).toHaveValue('Ada Lovelace')
  })
})
