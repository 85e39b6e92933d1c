import type { Page } from '@playwright/test'
import { test } from './rig/api'
import { watchForErrors } from './rig/errors'
import { readyAddButton } from './rig/steps'
import { expect } from './rig/test'

/** Answers the page as the shop does, with this markup added to its end. */
async function inject(page: Page, markup: string) {
  await page.route('**/sales/*', async (route) => {
    const response = await route.fetch()
    const body = (await response.text()).replace('</body>', `${markup}</body>`)
    await route.fulfill({ response, body })
  })
}

const ran = (page: Page) => page.evaluate(() => document.documentElement.hasAttribute('data-ran'))
const mark = "document.documentElement.setAttribute('data-ran','')"

for (const [name, markup] of [
  ['an inline script', `<script>${mark}</script>`],
  ['an event handler', `<img src="data:," alt="" onerror="${mark}">`],
  ['a script of another host', '<script src="http://evil.example/x.js"></script>'],
] as const) {
  test.describe(() => {
    const complaint = /Content Security Policy/
    test.use({ expectedErrors: [complaint] })

    test(`${name} that somebody smuggled into a page does not run, and fails a test`, async ({
      page,
      mint,
    }) => {
      const { slug } = await mint()
      const assertNoErrors = watchForErrors(page.context(), [])
      await inject(page, markup)
      const reported = page.waitForEvent('console', (said) => complaint.test(said.text()))
      await page.goto(`/sales/${slug}`)
      await reported
      await expect(readyAddButton(page)).toBeVisible()
      expect(await ran(page)).toBe(false)
      expect(assertNoErrors, 'any other test would have failed').toThrow(complaint)
    })
  })
}

test('the same markup runs where no policy forbids it', async ({ page, mint }) => {
  const { slug } = await mint()
  await page.route('**/sales/*', async (route) => {
    const response = await route.fetch()
    const { 'content-security-policy': _, ...headers } = response.headers()
    const body = (await response.text()).replace('</body>', `<script>${mark}</script></body>`)
    await route.fulfill({ response, headers, body })
  })
  await page.goto(`/sales/${slug}`)
  await expect(page.locator('html[data-ran]')).toBeAttached()
})

test('a page that is asked for again and has not changed works under the policy that came with it first', async ({
  page,
  mint,
  anyone,
}) => {
  const { slug } = await mint()
  const first = await page.goto(`/sales/${slug}`)
  await expect(readyAddButton(page)).toBeVisible()
  const again = await page.reload()
  const asked = (await again?.request().allHeaders())?.['if-none-match']
  expect(asked).toBe(first?.headers().etag)
  // The browser shows the 304 as the page it stands for.
  const { status } = await anyone(`/sales/${slug}`, { headers: { 'if-none-match': asked ?? '' } })
  expect(status).toBe(304)
  expect(again?.headers()['content-security-policy']).toBe(first?.headers()['content-security-policy'])
  await expect(readyAddButton(page)).toBeVisible()
})
