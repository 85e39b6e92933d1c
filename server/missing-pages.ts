import type { Context } from '../lib/context'
import { findSale } from '../lib/sales/catalog'
import { isProduct } from '../lib/sales/product'

/** Pages that are made at the first visit of each of their addresses. */
const made = /^\/(sales|products)\/([^/?]+)(\/room)?(?=\?|$)/

/** An address of nothing: the one "not found" page, which can be read without scripts. */
const nowhere = '/-'

/**
 * Leads every address of a sale or product that is not there to the same page. Next would make one for each of them,
 * ten times the work of showing one, and keep it for half a minute, also when the sale is published meanwhile.
 */
export function missingPages(ctx: Context): (url: string) => Promise<string> {
  return async (url) => {
    const [address = '', folder, name = '', room] = made.exec(url) ?? []
    if (!folder || (await isThere(ctx, folder, name, room !== undefined))) return url
    return nowhere + url.slice(address.length)
  }
}

async function isThere(ctx: Context, folder: string, name: string, isRoom: boolean): Promise<boolean> {
  try {
    if (folder === 'products') return !isRoom && (await isProduct(ctx, name))
    const sale = await findSale(ctx, name)
    return sale !== null && (!isRoom || sale.room !== null)
  } catch {
    // The ledger does not answer: Next may still have the page.
    return true
  }
}
