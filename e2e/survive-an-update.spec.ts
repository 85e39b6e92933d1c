import type { Page } from '@playwright/test'
import { addToCart, alertOn, fillAddress, readyAddButton, title } from './rig/steps'
import { expect, test } from './rig/test'

/** As the page of an older build does it: the action that it calls is none of this build's. */
async function ageActions(page: Page) {
  const stranger = '40'.padEnd(42, 'f')
  await page.route('**', (route) => {
    const headers = route.request().headers()
    const isAction = 'next-action' in headers
    return isAction ? route.continue({ headers: { ...headers, 'next-action': stranger } }) : route.fallback()
  })
}

test.describe('with JavaScript', () => {
  test.use({ expectedErrors: [/status of 409/] })

  test('fault 36: an order from a page of an older build says so, and nothing typed is lost over the reload', async ({
    page,
    mint,
  }) => {
    const sale = await mint()
    await addToCart(page, sale.slug)
    await page.goto(`/checkout?sale=${sale.slug}`)
    await fillAddress(page)
    await ageActions(page)
    await page.getByRole('button', { name: 'Place order' }).click()
    await expect(alertOn(page)).toContainText('The shop was updated while this page was open.')
    await expect(page.getByLabel('Full name')).toHaveValue('Ada Lovelace')

    await page.unrouteAll()
    await page.getByRole('button', { name: 'Reload the page' }).click()
    await expect(alertOn(page)).toHaveCount(0)
    await expect(page.getByLabel('Full name')).toHaveValue('Ada Lovelace')
    await page.getByRole('button', { name: 'Place order' }).click()
    await expect(title(page, /^Pay to make/)).toBeVisible()
  })

  test('fault 36: adding to the cart from a page of an older build works after a reload', async ({
    page,
    mint,
  }) => {
    const sale = await mint()
    await page.goto(`/sales/${sale.slug}`)
    await ageActions(page)
    await readyAddButton(page).click()
    await expect(page.getByText('The shop was updated while this page was open.')).toBeVisible()
    await page.unrouteAll()
    await page.getByRole('button', { name: 'Reload the page' }).click()
    await readyAddButton(page).click()
    await expect(page.getByRole('link', { name: 'Go to cart' })).toBeVisible()
  })
})

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false, expectedErrors: [/status of 409/] })

  test('fault 36: a form of an older build is answered by a page to read, and going back finds what was typed', async ({
    page,
    mint,
  }) => {
    const sale = await mint()
    await page.goto(`/sales/${sale.slug}`)
    await page.getByRole('button', { name: 'Add to cart' }).click()
    await page.goto(`/checkout?sale=${sale.slug}`)
    await fillAddress(page)
    await page.route('**', async (route) => {
      const body = route.request().postData()
      if (!body) return route.fallback()
      const aged = body.replace(/"id":"[0-9a-f]{42}"/, `"id":"${'40'.padEnd(42, 'f')}"`)
      expect(aged).not.toBe(body)
      return route.continue({ postData: aged })
    })
    await page.getByRole('button', { name: 'Place order' }).click()
    await expect(title(page, 'The shop was updated.')).toBeVisible()
    await expect(page.getByText('nothing was charged')).toBeVisible()
    await page.goBack()
    await expect(page.getByLabel('Full name')).toHaveValue('Ada Lovelace')
  })
})
