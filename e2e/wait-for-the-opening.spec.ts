import { addButton, markPage, readyAddButton } from './rig/steps'
import { expect, test } from './rig/test'
import { lateness, within } from './rig/time'

test('whoever waits on the page can buy the moment the sale opens', async ({ page, newBrowser, mint }) => {
  const opensAt = new Date(Date.now() + 10_000)
  const sale = await mint({ opensAt, allocation: 2, limit: 1 })
  const shoppers = [page, await newBrowser()]
  await Promise.all(shoppers.map((each) => each.goto(`/sales/${sale.slug}`)))
  const assertions = await Promise.all(shoppers.map(markPage))
  for (const each of shoppers) {
    await expect(each.getByText('The button unlocks by itself.')).toBeVisible()
    await expect(addButton(each)).toBeDisabled()
    // Pressing it early does nothing, and takes nothing away.
    await addButton(each).press('Enter')
  }
  await Promise.all(
    shoppers.map(async (each) => {
      expect(await lateness(readyAddButton(each), opensAt.getTime())).toBeLessThanOrEqual(within(1_000))
      expect(Date.now(), 'not before it opens').toBeGreaterThanOrEqual(opensAt.getTime())
      await addButton(each).click()
      await expect(each.getByText('This one is yours')).toBeVisible()
    }),
  )
  for (const assertSamePage of assertions) await assertSamePage()
})
