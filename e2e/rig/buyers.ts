import type { BrowserContext } from '@playwright/test'
import type { Env } from '../../lib/env'
import { buyerCookie, newBuyer } from '../../lib/web/identity'

export type Buyer = { buyerId: string; token: string }

/** Makes a browser that of this buyer, so that a test can prepare a cart or an order without walking there. */
export async function becomeBuyer(context: BrowserContext, settings: Env): Promise<Buyer> {
  const buyer = newBuyer(settings.APP_SECRET)
  await context.addCookies([
    { name: buyerCookie, value: buyer.token, url: settings.PUBLIC_URL, httpOnly: true, sameSite: 'Lax' },
  ])
  return buyer
}
