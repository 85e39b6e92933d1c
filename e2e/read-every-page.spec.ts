import AxeBuilder from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { states } from './rig/states'
import { expect, test } from './rig/test'

test.use({ expectedErrors: [/status of 404 .*nothing\/here/], contextOptions: { reducedMotion: 'reduce' } })

/** In the dark only colours are different: the other rules have had their say in the light. */
async function expectAccessible(page: Page, scheme: 'light' | 'dark') {
  await page.emulateMedia({ colorScheme: scheme })
  const axe = new AxeBuilder({ page })
  if (scheme === 'dark') axe.withRules(['color-contrast'])
  const { violations } = await axe.analyze()
  const grave = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
  const found = grave.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`)
  expect(found, `what axe finds in ${scheme}`).toEqual([])
}

/** 320 px are 1280 px at 400 % (WCAG 1.4.10). */
async function expectNoSideways(page: Page) {
  await page.setViewportSize({ width: 320, height: 640 })
  const wide = await page.evaluate(() => {
    if (document.documentElement.scrollWidth <= innerWidth) return []
    const all = [...document.querySelectorAll('body *')]
    return all
      .filter((each) => each.getBoundingClientRect().right > innerWidth + 1)
      .map((each) => each.outerHTML.slice(0, 120))
  })
  expect(wide.slice(0, 5), 'what sticks out at 320 px').toEqual([])
}

/** WCAG 2.2, 2.5.8: links in sentences are exempt. */
async function expectTargets(page: Page) {
  const small = await page.evaluate(() =>
    [
      ...document.querySelectorAll(
        'button, select, input:not([type=hidden]), summary, nav a, a[class*="rounded"]',
      ),
    ]
      .filter((each) => each.checkVisibility() && !each.closest('.sr-only') && !each.matches('.sr-only'))
      .filter((each) => {
        const { width, height } = each.getBoundingClientRect()
        return Math.min(width, height) < 24
      })
      .map((each) => each.outerHTML.slice(0, 120)),
  )
  expect(small, 'targets below 24 px').toEqual([])
}

for (const [name, { shows, prepare }] of Object.entries(states)) {
  test(`${name}: readable for everybody, in light, in dark and on a narrow screen`, async ({
    page,
    context,
    ctx,
    settings,
    mint,
  }) => {
    await page.goto(await prepare({ ctx, settings, context, mint }))
    await expect(page.getByText(shows).first()).toBeVisible()
    await expect(page.getByRole('heading', { level: 1 })).toHaveCount(1)
    await expectAccessible(page, 'light')
    await expectAccessible(page, 'dark')
    await expectNoSideways(page)
    await expectTargets(page)
  })
}
