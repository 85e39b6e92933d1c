import { cards } from '../tests/shop'
import { addButton, buyCartByForms, fillAddress, numbersOn, pay, title } from './rig/steps'
import { expect, test } from './rig/test'

test.use({ javaScriptEnabled: false })

test('a whole purchase by forms alone', async ({ page, mint }) => {
  const sale = await mint()
  await page.goto(`/sales/${sale.slug}`)
  await expect(page.getByText('€19.90').first()).toBeVisible()
  await expect(page.locator(`time[datetime="${sale.closesAt.toISOString()}"]`).first()).toBeVisible()
  await page.getByLabel('Quantity').selectOption('2')
  await addButton(page).click()
  await page.getByRole('link', { name: 'Go to cart' }).click()
  await expect(page.getByRole('list', { name: 'Your numbers' })).toHaveText(/No\. 1.*No\. 2/)
  await expect(page.getByRole('timer').locator('time'), 'the deadline is there as text').toBeVisible()

  await page.getByLabel('Quantity').selectOption('1')
  await page.getByRole('button', { name: 'Update' }).click()
  await expect(page.getByRole('list', { name: 'Your numbers' })).toHaveText('No. 1')
  await buyCartByForms(page)
  await expect(title(page, 'No. 1 is yours')).toBeVisible()
  expect(await numbersOn(page)).toEqual([1])
})

test('a declined card and the confirmation of a bank by forms alone', async ({ page, mint }) => {
  const sale = await mint()
  await page.goto(`/sales/${sale.slug}`)
  await addButton(page).click()
  await page.goto(`/checkout?sale=${sale.slug}`)
  await fillAddress(page)
  await page.getByRole('button', { name: 'Place order' }).click()
  await page.getByRole('link', { name: 'Go to your order' }).click()
  await pay(page, cards.declined)
  await expect(page.getByText('Your bank declined the payment.')).toBeVisible()
  await pay(page, cards.asks)
  await page.getByRole('button', { name: 'Confirm payment' }).click()
  await expect(title(page, 'No. 1 is yours')).toBeVisible()
})

test('a refusal keeps what was typed', async ({ page, mint }) => {
  const sale = await mint()
  await page.goto(`/sales/${sale.slug}`)
  await addButton(page).click()
  await page.goto(`/checkout?sale=${sale.slug}`)
  await fillAddress(page)
  // The browser lets it through, the shop does not.
  await page.getByLabel('Email').fill('ada@localhost')
  await page.getByRole('button', { name: 'Place order' }).click()
  await expect(page.getByLabel('Email')).toHaveAttribute('aria-invalid', 'true')
  await expect(page.getByLabel('Email')).toHaveValue('ada@localhost')
  await expect(page.getByLabel('Full name')).toHaveValue('Ada Lovelace')
})

test('a sale that has not opened says when it does, in words', async ({ page, mint }) => {
  const opensAt = new Date(Date.now() + 3_600_000)
  const sale = await mint({ opensAt, closesAt: new Date(Date.now() + 7_200_000) })
  await page.goto(`/sales/${sale.slug}`)
  await expect(page.locator(`time[datetime="${opensAt.toISOString()}"]`).first()).toBeVisible()
  await addButton(page).click()
  await expect(page.getByText('The sale has not opened yet.')).toBeVisible()
})
