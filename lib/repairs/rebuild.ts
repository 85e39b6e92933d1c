import type { Context } from '../context'
import { claimNext } from '../orders/claim-next'
import { loadSale } from '../sales/load'

/**
 * Gives a sale a new Redis state from the ledger. Orders that still wait in the stream are claimed first, under the
 * epoch they were made in; what comes too late for that is rejected by the claim, and nothing was charged for it.
 * False when another process is doing the same, or has done it since the ledger had the epoch that was `seen`.
 */
export async function rebuild(ctx: Context, saleId: string, seen?: number): Promise<boolean> {
  while ((await claimNext(ctx, saleId, 'left')) > 0) {}
  while ((await claimNext(ctx, saleId, 'new')) > 0) {}
  return loadSale(ctx, saleId, seen)
}
