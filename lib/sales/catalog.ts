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

function entryOf(catalog: Catalog, slug: string): Entry {
  let entry = catalog.get(slug)
  if (!entry) {
    if (catalog.size >= mostEntries) catalog.delete(catalog.keys().next().value ?? '')
    entry = { sale: null, readAt: Number.NEGATIVE_INFINITY, reading: undefined }
    catalog.set(slug, entry)
  }
  return entry
}

/** The reading that runs, or a new one. */
function readAgain(ctx: Context, slug: string, entry: Entry): Promise<void> {
  entry.reading ??= read(ctx, slug, entry).finally(() => {
    entry.reading = undefined
  })
  return entry.reading
}

const isRecent = (entry: Entry) => performance.now() - entry.readAt < config.live.catalogRefreshMs

/** `findSale` without waiting: null also for a sale that this process has not read yet. */
export function knownSale(ctx: Context, slug: string): SaleRecord | null {
  const entry = catalogOf(ctx).get(slug)
  if (!entry?.sale) return null
  // Answered at once while one reader refreshes it.
  if (!isRecent(entry)) readAgain(ctx, slug, entry).catch(() => {})
  return entry.sale
}

/**
 * The published sale with this slug, at most `catalogRefreshMs` behind the ledger; null when there is none. While the
 * ledger is down the last reading is served: a sale that was known can still be reserved from. `fresh` reads again.
 */
export async function findSale(ctx: Context, slug: string, fresh = false): Promise<SaleRecord | null> {
  if (!slugPattern.test(slug)) return null
  const known = fresh ? null : knownSale(ctx, slug)
  if (known) return known
  const entry = entryOf(catalogOf(ctx), slug)
  // Also that there is none is known for a while.
  if (!fresh && isRecent(entry)) return entry.sale
  try {
    await readAgain(ctx, slug, entry)
  } catch (error) {
    if (!entry.sale || !isLedgerBusy(error)) throw error
  }
  return entry.sale
}

/** Published, and not over for long. */
export const current =
  and(
    eq(sales.state, 'published'),
    gt(sales.closesAt, sql`now() - make_interval(hours => ${config.worker.afterCloseHours})`),
  ) ?? sql`false`

/** Published sales that have not been over for long, in order of opening. */
export const listSales = (ctx: Pick<Context, 'db'>): Promise<SaleRecord[]> => readSales(ctx, current)
