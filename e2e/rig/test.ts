import { type BrowserContext, type BrowserContextOptions, test as base, type Page } from '@playwright/test'
import { config } from '../../lib/config'
import type { Context } from '../../lib/context'
import { checkEnv, type Env } from '../../lib/env'
import { createContext } from '../../lib/open-context'
import { controlSale } from '../../lib/sales/control'
import type { SaleRecord } from '../../lib/sales/record'
import { mintSale } from '../../tests/shop'
import { watchForErrors } from './errors'

export { expect } from '@playwright/test'

type Mint = (wish?: Parameters<typeof mintSale>[1]) => Promise<SaleRecord>
type NewBrowser = (options?: BrowserContextOptions, expectedErrors?: RegExp[]) => Promise<Page>

type Fixtures = {
  /** A sale of this test's own, open unless it asks otherwise. It is over and out of sight when the test ends. */
  mint: Mint
  /** Another person's browser. */
  newBrowser: NewBrowser
  /** Console messages that this test provokes. */
  expectedErrors: RegExp[]
}

type WorkerFixtures = {
  /** The settings of the rig's server. */
  settings: Env
  /** A context on the rig's stores. */
  ctx: Context
}

const longAgo = (days: number) => new Date(Date.now() - days * 86_400_000)

/** Tests on the shop of this run, which is real but for the money. Anything that a page complains about fails them. */
export const test = base.extend<Fixtures, WorkerFixtures>({
  settings: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of fixtures from the pattern.
    async ({}, use) => use(checkEnv(JSON.parse(process.env.E2E_ENV ?? '{}'))),
    { scope: 'worker' },
  ],
  ctx: [
    async ({ settings }, use) => {
      const ctx = createContext('e2e', { ...settings, LOG_LEVEL: 'silent' })
      await use(ctx)
      await ctx.close()
    },
    { scope: 'worker' },
  ],
  async mint({ ctx }, use) {
    const minted: string[] = []
    await use(async (wish) => {
      const sale = await mintSale(ctx, { returnMs: config.hold.returnMs, ...wish })
      minted.push(sale.id)
      return sale
    })
    for (const id of minted) await controlSale(ctx, id, { opensAt: longAgo(9), closesAt: longAgo(8) })
  },
  expectedErrors: [[], { option: true }],
  async context({ context, expectedErrors }, use) {
    const assertNone = watchForErrors(context, expectedErrors)
    await use(context)
    assertNone()
  },
  async newBrowser({ browser, baseURL }, use) {
    const opened: { context: BrowserContext; assertNone: () => void }[] = []
    await use(async (options, expectedErrors = []) => {
      const context = await browser.newContext({ ...(baseURL && { baseURL }), ...options })
      opened.push({ context, assertNone: watchForErrors(context, expectedErrors) })
      return context.newPage()
    })
    for (const { context } of opened) await context.close()
    for (const { assertNone } of opened) assertNone()
  },
})
