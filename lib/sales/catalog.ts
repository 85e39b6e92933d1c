import { and, eq, gt, sql } from 'drizzle-orm'
import { isLedgerBusy } from '../../db/postgres'
import { sales } from '../../db/schema'
import { config } from '../config'
import type { Context } from '../context'
import { slugPattern } from '../patterns'
import { readSales, type SaleRecord } from './record'

type Entry = { sale: SaleRecord | null; readAt: number; reading: Promise<void> | undefined }
type Catalog = Map<string, Entry>

// One catalog a process and ledger; Next's bundles each have their own module state.
const store = globalThis as typeof globalThis & { stampedeCatalogs?: WeakMap<object, Catalog> }

function catalogOf(ctx: Context): Catalog {
  store.stampedeCatalogs ??= new WeakMap()
  let catalog = store.stampedeCatalogs.get(ctx.db)
  if (!catalog) {
    catalog = new Map()
    store.stampedeCatalogs.set(ctx.db, catalog)
  }
  return catalog
}

const published = (slug: string) => and(eq(sales.slug, slug), eq(sales.state, 'published'))

/** More slugs than any shop has: a crawl of made-up slugs drops the oldest instead of filling memory. */
const mostEntries = 1_000

async function read(ctx: Context, slug: string, entry: Entry): Promise<void> {
  const [sale] = await readSales(ctx, published(slug) ?? sql`false`)
  entry.sale = sale ?? null
  entry.readAt = performance.now()
}

/**
 * The published sale with this slug, at most `catalogRefreshMs` behind the ledger; null when there is none. While the
 * ledger is down the last reading is served: a sale that was known can still be reserved from. `fresh` reads again.
 */
export async function findSale(ctx: Context, slug: string, fresh = false): Promise<SaleRecord | null> {
  if (!slugPattern.test(slug)) return null
  const catalog = catalogOf(ctx)
  let entry = catalog.get(slug)
  if (!entry) {
    if (catalog.size >= mostEntries) catalog.delete(catalog.keys().next().value ?? '')
    entry = { sale: null, readAt: Number.NEGATIVE_INFINITY, reading: undefined }
    catalog.set(slug, entry)
  }
  const known = entry
  if (!fresh && performance.now() - known.readAt < config.live.catalogRefreshMs) return known.sale
  known.reading ??= read(ctx, slug, known).finally(() => {
    known.reading = undefined
  })
  // A known sale is answered at once while one reader refreshes it; only a first or a `fresh` reading waits.
  if (known.sale && !fresh) {
    known.reading.catch(() => {})
    return known.sale
  }
  try {
    await known.reading
  } catch (error) {
    if (!known.sale || !isLedgerBusy(error)) throw error
  }
  return known.sale
}

/** Published sales that have not been over for long, in order of opening. */
export async function listSales(ctx: Context): Promise<SaleRecord[]> {
  return readSales(
    ctx,
    and(
      eq(sales.state, 'published'),
      gt(sales.closesAt, sql`now() - make_interval(hours => ${config.worker.afterCloseHours})`),
    ) ?? sql`false`,
  )
}
