import { config } from '../config'
import type { Context } from '../context'
import type { Live } from '../contract'
import { refused } from '../result'
import { findSale } from '../sales/catalog'
import { readLive } from '../sales/live'
import type { SaleRecord } from '../sales/record'
import { refusalFor } from './faults'
import { forEverybody, type Reply, respond } from './respond'

type Entry = {
  live: Live | null
  body: string
  readAt: number
  askedAt: number
  reading: Promise<void> | undefined
  timer: NodeJS.Timeout | undefined
}

// One a process: Next's bundles each have their own module state.
const store = globalThis as typeof globalThis & { stampedeLive?: WeakMap<object, Map<string, Entry>> }

function entryOf(ctx: Context, saleId: string): Entry {
  store.stampedeLive ??= new WeakMap()
  let entries = store.stampedeLive.get(ctx.redis)
  if (!entries) {
    entries = new Map()
    store.stampedeLive.set(ctx.redis, entries)
  }
  let entry = entries.get(saleId)
  if (!entry) {
    entry = { live: null, body: '', readAt: 0, askedAt: 0, reading: undefined, timer: undefined }
    entries.set(saleId, entry)
  }
  return entry
}

/**
 * Phase and counts of a sale from process memory. While anybody asks, one reader refreshes them a few times a second,
 * so a poll costs no Redis command however many come. Null when Redis has not answered for too long: then nobody
 * knows, and a stale "available" would be a lie (I16).
 */
export async function currentLive(ctx: Context, sale: SaleRecord): Promise<Live | null> {
  const entry = await currentEntry(ctx, sale)
  return entry?.live ?? null
}

async function currentEntry(ctx: Context, sale: SaleRecord): Promise<Entry | null> {
  const entry = entryOf(ctx, sale.id)
  entry.askedAt = performance.now()
  entry.timer ??= keepFresh(ctx, sale, entry)
  if (entry.live && entry.askedAt - entry.readAt < config.live.staleAfterMs) return entry
  await refresh(ctx, sale, entry)
  return entry.live && performance.now() - entry.readAt < config.live.staleAfterMs ? entry : null
}

function keepFresh(ctx: Context, sale: SaleRecord, entry: Entry): NodeJS.Timeout {
  const timer = setInterval(() => {
    if (performance.now() - entry.askedAt > config.live.idleMs) {
      clearInterval(timer)
      entry.timer = undefined
      return
    }
    refresh(ctx, sale, entry).catch(() => {})
  }, config.live.refreshMs)
  timer.unref()
  return timer
}

function refresh(ctx: Context, sale: SaleRecord, entry: Entry): Promise<void> {
  entry.reading ??= (async () => {
    // The catalog follows the ledger: items and epoch may have changed since the page was built.
    const live = await readLive(ctx, (await findSale(ctx, sale.slug)) ?? sale)
    if (!live) return
    entry.live = live
    entry.body = JSON.stringify(live)
    entry.readAt = performance.now()
  })().finally(() => {
    entry.reading = undefined
  })
  return entry.reading
}

/** The body that every poller of a sale gets, serialised once per reading; a CDN may keep it for a second. */
export async function answerLive(ctx: Context, slug: string): Promise<Reply> {
  try {
    const sale = await findSale(ctx, slug)
    if (!sale) return respond(refused('not_found'))
    const entry = await currentEntry(ctx, sale)
    if (!entry) return respond(refused('try_again', { retryAfterSeconds: 1 }))
    return { status: 200, headers: liveHeaders, body: entry.body }
  } catch (error) {
    return respond(refusalFor(ctx, 'live', error))
  }
}

const liveHeaders = {
  'content-type': 'application/json',
  ...forEverybody,
  'x-content-type-options': 'nosniff',
}
