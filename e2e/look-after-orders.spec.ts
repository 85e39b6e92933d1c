import { readFile } from 'node:fs/promises'
import { bought, placed } from '../tests/purchase'
import { orderRecord } from '../tests/shop'
import { expectAccessible } from './rig/accessible'
import { call } from './rig/call'
import { becomeMember } from './rig/team'
import { expect, test } from './rig/test'

test('staff find an order, cancel it with a reason by keyboard, and take the orders of a sale home as a file', async ({
  page,
  ctx,
  settings,
  mint,
}) => {
  const sale = await mint({ title: 'The glaze sale' })
  const [unpaid, paid] = [await placed(ctx, sale), await bought(ctx, sale)]
  const { number, email } = await orderRecord(ctx, unpaid.id)
  await becomeMember(page.context(), {
    ctx,
    settings,
    send: call.bind(null, settings.PUBLIC_URL),
    role: 'staff',
  })

  await page.goto('/admin/orders')
  await page.getByLabel('Sale').selectOption({ label: sale.title })
  await page.getByRole('button', { name: 'Show' }).click()
  await expect(page.getByRole('row')).toHaveCount(3)
  await expectAccessible(page)
  const download = page.waitForEvent('download')
  await page.getByRole('link', { name: 'Download as CSV' }).click()
  const lines = (await readFile(await (await download).path(), 'utf8')).trim().split('\r\n')
  expect(lines).toHaveLength(3)
  expect(lines.join('\n')).toContain(paid.id)

  await page.getByRole('searchbox').fill(email)
  await page.keyboard.press('Enter')
  await expect(page.getByRole('row')).toHaveCount(2)
  await page.getByRole('link', { name: String(number) }).press('Enter')
  await expect(page.getByRole('heading', { level: 1, name: `Order ${number}` })).toBeVisible()
  await expectAccessible(page)
  await page.getByLabel('Reason').fill('Ordered twice by mistake')
  await page.keyboard.press('Enter')
  // The list that was left stays in the document, hidden.
  const shown = page.getByText('cancelled', { exact: true }).filter({ visible: true })
  await expect(shown).toBeVisible()
  await expect(page.getByText('Ordered twice by mistake')).toBeVisible()
  expect((await orderRecord(ctx, unpaid.id)).state).toBe('cancelled')
})
