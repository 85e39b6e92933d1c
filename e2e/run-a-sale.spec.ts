import AxeBuilder from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { call } from './rig/call'
import { becomeMember, newMember } from './rig/team'
import { expect, test } from './rig/test'

/** Nothing serious on a page of the admin, in light and in dark. */
async function expectAccessible(page: Page) {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    const { violations } = await new AxeBuilder({ page }).analyze()
    const grave = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
    expect(grave.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`)).toEqual([])
  }
}

test.use({ expectedErrors: [/status of 401 .*callback\/credentials/] })

test('a merchant signs in by keyboard, pauses a sale with a reason, resumes it, and finds both in the audit log', async ({
  page,
  ctx,
  mint,
  newBrowser,
}) => {
  const sale = await mint({ title: 'The kiln opening' })
  const owner = await newMember(ctx, 'owner')
  await page.goto(`/admin/sales/${sale.id}`)
  await expect(page.getByRole('heading', { level: 1, name: 'Sign in' })).toBeVisible()
  await expectAccessible(page)

  await page.getByLabel('E-mail').fill(owner.email)
  await page.getByLabel('Password').fill('not the password')
  await page.keyboard.press('Enter')
  await expect(page.getByText('The e-mail address or the password is wrong.')).toBeVisible()
  await page.getByLabel('Password').fill(owner.password)
  await page.keyboard.press('Enter')

  await expect(page.getByRole('heading', { level: 1, name: sale.title })).toBeVisible()
  await expectAccessible(page)
  const shopper = await newBrowser()
  await shopper.goto(`/sales/${sale.slug}`)
  await expect(shopper.getByRole('button', { name: /add to cart/i })).toBeVisible()

  const control = (name: string) =>
    page
      .getByRole('region', { name: 'Controls' })
      .locator('form', { has: page.getByRole('button', { name }) })
  await control('Pause').getByLabel('Reason').fill('The picture shows another mug')
  await page.keyboard.press('Enter')
  await expect(control('Resume')).toBeVisible()
  await expect(shopper.getByText(/paused/i).first()).toBeVisible()

  await control('Resume').getByLabel('Reason').fill('It is the right one now')
  await page.keyboard.press('Enter')
  await expect(control('Pause')).toBeVisible()
  await expect(shopper.getByRole('button', { name: /add to cart/i })).toBeVisible()

  await page.getByRole('navigation', { name: 'Admin' }).getByRole('link', { name: 'Audit log' }).click()
  await page.getByLabel('Search').fill(sale.id)
  await page.keyboard.press('Enter')
  await expect(page.getByRole('row')).toHaveCount(3)
  await expect(page.getByRole('row').nth(1)).toContainText('paused: true → false')
  await expect(page.getByRole('row').nth(2)).toContainText('The picture shows another mug')
  await expectAccessible(page)

  await page.getByRole('button', { name: 'Sign out' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Sign in' })).toBeVisible()
  await page.goto('/admin')
  await expect(page.getByRole('heading', { level: 1, name: 'Sign in' })).toBeVisible()
})

test('an owner adds somebody to the team, who can sign in and see only what they may', async ({
  page,
  context,
  ctx,
  settings,
  newBrowser,
}) => {
  const send = call.bind(null, settings.PUBLIC_URL)
  await becomeMember(context, { ctx, settings, send, role: 'owner' })
  await page.goto('/admin/team')
  await expectAccessible(page)
  const email = `vera-${Date.now()}@shop.example`
  await page.getByLabel('Name').fill('Vera Newcomer')
  await page.getByLabel('E-mail').fill(email)
  await page.getByLabel('Password').fill('long enough to be one')
  await page.getByLabel('Role', { exact: true }).selectOption('viewer')
  await page.getByRole('button', { name: 'Add to the team' }).click()
  await expect(page.getByText('They can sign in now.')).toBeVisible()
  await expect(page.getByText(email)).toBeVisible()

  const vera = await newBrowser({}, [/status of 403/])
  await vera.goto('/admin/login')
  await vera.getByLabel('E-mail').fill(email)
  await vera.getByLabel('Password').fill('long enough to be one')
  await vera.getByRole('button', { name: 'Sign in' }).click()
  await expect(vera.getByRole('heading', { level: 1, name: 'Sales' })).toBeVisible()
  await expect(vera.getByRole('link', { name: 'Team' })).toHaveCount(0)
  await vera.goto('/admin/team')
  await expect(vera.getByRole('heading', { level: 1 })).toHaveText('You may not do this.')
})
