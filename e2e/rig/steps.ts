import { expect, type Page } from '@playwright/test'
import type { Cart } from '../../lib/contract'
import { cards, checkout } from '../../tests/shop'

/** What a shopper does and sees on the pages, by the names that stand there. */

export const addButton = (page: Page) => page.getByRole('button', { name: 'Add to cart' })
/** The button once it can be pressed. */
export const readyAddButton = (page: Page) =>
  page.getByRole('button', { name: 'Add to cart', disabled: false })
export const payButton = (page: Page) => page.getByRole('button', { name: /^Pay / })
export const holdTimer = (page: Page) => page.getByRole('timer')
/** What the page says went wrong. Next keeps an alert of its own for the titles of pages. */
export const alertOn = (page: Page) => page.getByRole('main').getByRole('alert')
export const title = (page: Page, name: string | RegExp) => page.getByRole('heading', { level: 1, name })

export async function addToCart(page: Page, slug: string, quantity = 1) {
  await page.goto(`/sales/${slug}`)
  if (quantity > 1) await page.getByLabel('Quantity').selectOption(String(quantity))
  await addButton(page).click()
  await expect(page.getByRole('link', { name: 'Go to cart' })).toBeVisible()
}

export async function fillAddress(page: Page) {
  await page.getByLabel('Email').fill(checkout.email)
  await page.getByLabel('Full name').fill(checkout.name)
  await page.getByLabel('Street and number').fill(checkout.line1)
  await page.getByLabel('Postal code').fill(checkout.postalCode)
  await page.getByLabel('City').fill(checkout.city)
  await page.getByLabel('Country').selectOption(checkout.country)
}

/** From the sale to an order that waits for its payment; answers the order's id. */
export async function placeOrder(page: Page, slug: string, quantity = 1): Promise<string> {
  await addToCart(page, slug, quantity)
  await page.goto(`/checkout?sale=${slug}`)
  await fillAddress(page)
  await page.getByRole('button', { name: 'Place order' }).click()
  await expect(title(page, /^Pay to make/)).toBeVisible()
  return new URL(page.url()).pathname.split('/').at(-1) ?? ''
}

export async function pay(page: Page, card: string) {
  await page.getByLabel('Card number').fill(card)
  await payButton(page).click()
}

/** From the cart to a paid order, by forms alone. */
export async function buyCartByForms(page: Page) {
  await page.getByRole('link', { name: 'Check out' }).click()
  await fillAddress(page)
  await page.getByRole('button', { name: 'Place order' }).click()
  await page.getByRole('link', { name: 'Go to your order' }).click()
  await pay(page, cards.pays)
}

/** The numbers of the units on the page of an order, from their plates. */
export async function numbersOn(page: Page): Promise<number[]> {
  const plates = page.getByRole('list', { name: 'Your numbers' }).getByRole('listitem')
  return (await plates.allTextContents()).map((text) => Number(/No\.\s*(\d+)/.exec(text)?.[1]))
}

/** What a timer or countdown shows, in seconds: "4:05", "1:02:09" or "3 d 04:10:22". */
export function secondsIn(text: string | null): number {
  const [clock = '', days = '0'] = (text ?? '').split(' d ').reverse()
  const parts = clock.trim().split(':').map(Number)
  return Number(days) * 86_400 + parts.reduce((sum, part) => sum * 60 + part, 0)
}

/** Leaves a mark in the page that a reload would wipe out; the returned function asserts that it is still there. */
export async function markPage(page: Page): Promise<() => Promise<void>> {
  await page.evaluate(() => document.documentElement.setAttribute('data-same-page', ''))
  return async () => expect(page.locator('html[data-same-page]'), 'the page was not reloaded').toBeAttached()
}

/** The cart as the server has it for this browser. */
export async function cartOf(page: Page, slug: string): Promise<Cart> {
  const answer = await page.request.get(`/api/v1/sales/${slug}/cart`)
  expect(answer.status()).toBe(200)
  return answer.json()
}
