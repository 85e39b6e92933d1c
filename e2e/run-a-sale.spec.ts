import { eq } from 'drizzle-orm'
import { sales } from '../db/schema'
import { config } from '../lib/config'
import { controlSale } from '../lib/sales/control'
import { wallClock } from '../lib/zone'
import { expectAccessible } from './rig/accessible'
import { call } from './rig/call'
import { becomeMember, newMember } from './rig/team'
import { expect, test } from './rig/test'

test.use({ expectedErrors: [/status of 401 .*callback\/credentials/] })

test('a merchant signs in by keyboard, pauses a sale with a reason, resumes it, and finds both in the audit log', async ({
  page,
  ctx,
  mint,
  newBrowser,
}) => {
  const sale = await mint({ title: 'The kiln opening' })
  const owner = await newMember(ctx, 'owner')
  await page.goto(`/admin/sales/${sale.id}/live`)
  await expect(page.getByRole('heading', { level: 1, name: 'Sign in' })).toBeVisible()
  await expectAccessible(page)

  await page.getByLabel('E-mail').fill(owner.email)
  await page.getByLabel('Password').fill('not the password')
  await page.keyboard.press('Enter')
  await expect(page.getByText('The e-mail address or the password is wrong.')).toBeVisible()
  await page.getByLabel('Password').fill(owner.password)
  await page.keyboard.press('Enter')

  await expect(page.getByRole('heading', { level: 1, name: `${sale.title}, live` })).toBeVisible()
  const figure = (name: string) =>
    page.getByRole('region', { name: 'Now' }).locator('div', { hasText: name }).locator('dd')
  await expect(figure('Left')).toHaveText('10')
  await expectAccessible(page)
  const shopper = await newBrowser()
  await shopper.goto(`/sales/${sale.slug}`)
  await expect(shopper.getByRole('button', { name: /add to cart/i })).toBeVisible()

  await shopper.getByRole('button', { name: /add to cart/i }).click()
  await expect(figure('Held')).toHaveText('1')

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
  await expect(shopper.getByText(/paused/i)).toHaveCount(0)

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

test('a merchant sets up a sale, hears what is wrong with it, publishes it, and a shopper buys', async ({
  page,
  context,
  ctx,
  settings,
  newBrowser,
}) => {
  const send = call.bind(null, settings.PUBLIC_URL)
  await becomeMember(context, { ctx, settings, send, role: 'staff' })
  await page.goto('/admin')
  await page.getByRole('link', { name: 'New sale' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'New sale' })).toBeVisible()
  await expectAccessible(page)
  const title = `Kiln opening ${Date.now()}`
  await page.getByLabel('Title').fill(title)
  await expect(page.getByLabel('Address')).toHaveValue(title.toLowerCase().replaceAll(' ', '-'))
  await page.getByLabel('Description', { exact: true }).fill('Twenty mugs from one firing.')
  await page.getByLabel('Product', { exact: true }).selectOption('new')
  await page.getByLabel('Name of the product').fill('Kiln Mug')
  await page.getByLabel('Description of the product').fill('Stoneware, thrown by hand.')
  await page.getByLabel('Price').fill('nineteen')
  await page.getByLabel('Units').fill('20')
  // An hour that no clock in Berlin shows.
  await page.getByLabel('Opens').fill('2030-03-31T02:30')
  await page.getByLabel('Closes').fill('2030-04-01T10:00')
  await page.getByRole('button', { name: 'Save as a draft' }).click()
  await expect(page.getByText('Price is a price, such as 19.90.')).toBeVisible()
  await expect(page.getByText('Opens does not exist: the clocks go forward there.')).toBeVisible()
  await expect(page.getByLabel('Name of the product'), 'what was typed stays').toHaveValue('Kiln Mug')

  await page.getByLabel('Price').fill('19.90')
  const [opens, closes] = [-1, 24].map((hours) =>
    wallClock(config.shop.timeZone, new Date(Date.now() + hours * 3_600_000)),
  )
  await page.getByLabel('Opens').fill(opens ?? '')
  await page.getByLabel('Closes').fill(closes ?? '')
  await page.getByRole('button', { name: 'Save as a draft' }).click()
  await expect(page.getByRole('heading', { level: 1, name: title })).toBeVisible()
  await expect(page.getByRole('row', { name: /Kiln Mug/ })).toContainText('€19.90')
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Publish' }).click()
  await expect(page.getByRole('link', { name: 'Watch it live' })).toBeVisible()

  const shopper = await newBrowser()
  const link = (await page.getByRole('link', { name: 'See it as a shopper' }).getAttribute('href')) ?? ''
  await expect
    .poll(async () => (await shopper.goto(link))?.status(), {
      message: 'the shop looks for new sales once a second',
    })
    .toBe(200)
  await shopper.getByRole('button', { name: /add to cart/i }).click()
  await expect(shopper.getByRole('link', { name: /cart/i }).first()).toContainText('1')
  const slug = link.split('/').at(-1) ?? ''
  const [sale] = await ctx.db.select({ id: sales.id }).from(sales).where(eq(sales.slug, slug))
  await controlSale(ctx, sale?.id ?? '', { close: true })
})
