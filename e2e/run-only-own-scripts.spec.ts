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

test.describe('in a frame', () => {
  const complaint = /frame-ancestors|ERR_BLOCKED_BY_RESPONSE|status of 404 .*chrome-error/
  test.use({ expectedErrors: [complaint] })

  test('attack 26: another site, and the shop itself, show no page of the shop in a frame', async ({
    page,
    mint,
    baseURL,
  }) => {
    const { slug } = await mint()
    // With an icon of its own, or the browser looks for one at a host that does not exist.
    const framing = (path: string) =>
      `<!doctype html><link rel="icon" href="data:,"><iframe src="${baseURL}${path}"></iframe>`
    const framed = () => page.frames().at(1)
    const addresses = ['http://evil.example/', `${baseURL}/framing`]
    for (const address of addresses) {
      for (const path of ['/', `/sales/${slug}`, '/cart', '/checkout', '/nothing']) {
        await page.route(address, (route) => route.fulfill({ contentType: 'text/html', body: framing(path) }))
        await page.goto(address)
        await expect.poll(() => framed()?.url()).toMatch(/^chrome-error:/)
        await page.unroute(address)
      }
    }
    // Where the answer does not forbid it, the same frame shows the page.
    await page.route('**/cart', async (route) => {
      const response = await route.fetch()
      const { 'content-security-policy': _, 'x-frame-options': __, ...headers } = response.headers()
      await route.fulfill({ response, headers })
    })
    await page.route('http://evil.example/', (route) =>
      route.fulfill({ contentType: 'text/html', body: framing('/cart') }),
    )
    await page.goto('http://evil.example/')
    await expect.poll(() => framed()?.url()).toBe(`${baseURL}/cart`)
  })
})
