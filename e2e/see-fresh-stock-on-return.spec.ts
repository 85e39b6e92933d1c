import { hold } from '../tests/purchase'
import { launchOptions } from './rig/browser'
import { expect, test } from './rig/test'

// Playwright switches the back/forward cache off; shoppers have it.
test.use({ launchOptions: { ...launchOptions, ignoreDefaultArgs: ['--disable-back-forward-cache'] } })

test('history back out of the browser’s memory shows what is left now', async ({ page, mint, ctx }) => {
  const sale = await mint({ allocation: 5 })
  await page.goto(`/sales/${sale.slug}`)
  await page.evaluate(() =>
    addEventListener('pageshow', ({ persisted }) =>
      document.documentElement.setAttribute('data-persisted', String(persisted)),
    ),
  )
  await expect(page.getByRole('progressbar')).toHaveAttribute('aria-valuetext', '0 of 5 claimed')
  await page.goto('about:blank')
  await hold(ctx, sale, { quantity: 4 })
  await page.goBack({ waitUntil: 'commit' })
  const stale = page.getByText('0 of 5 claimed')
  await expect(page.getByRole('progressbar')).toHaveAttribute('aria-valuetext', /^4 of 5 claimed/, {
    timeout: 2_000,
  })
  await expect(stale).toHaveCount(0)
  expect(await page.locator('html').getAttribute('data-persisted'), 'it came out of the cache').toBe('true')
})
