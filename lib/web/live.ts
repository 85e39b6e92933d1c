import { config } from '../config'
import type { Context } from '../context'
import type { Live } from '../contract'
import { refused } from '../result'
import { findSale, knownSale } from '../sales/catalog'
import { readLive } from '../sales/live'
import type { SaleRecord } from '../sales/record'
import { refusalFor } from './faults'
import { forEverybody, type Reply, respond } from './respond'

type Entry = {
  live: Live | null
  reply: Reply | undefined
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
    entry = { live: null, reply: undefined, readAt: 0, askedAt: 0, reading: undefined, timer: undefined }
    entries.set(saleId, entry)
  }
  return entry
}

/**
 * Phase and counts of a sale come from process memory. While anybody asks, one reader refreshes them a few times a
 * second, so a poll costs no Redis command however many come. Nothing is served when Redis has not answered for too
 * long: then nobody knows, and a stale "available" would be a lie (I16).
 */
const isServed = ({ live, readAt }: Entry) =>
  live !== null && performance.now() - readAt < config.live.staleAfterMs

/** The entry of a sale, which is kept fresh from now on. */
function askEntry(ctx: Context, sale: SaleRecord): Entry {
  const entry = entryOf(ctx, sale.id)
  entry.askedAt = performance.now()
  entry.timer ??= keepFresh(ctx, sale, entry)
  return entry
}

async function currentEntry(ctx: Context, sale: SaleRecord): Promise<Entry | null> {
  const entry = askEntry(ctx, sale)
  if (isServed(entry)) return entry
  await refresh(ctx, sale, entry)
  return isServed(entry) ? entry : null
}

/** Phase and counts of a sale, read now where this process has no fresh reading; null when Redis has not answered in time. */
export const currentLive = async (ctx: Context, sale: SaleRecord): Promise<Live | null> =>
  (await currentEntry(ctx, sale))?.live ?? null

/** The entry if it can be served without waiting for anything. */
function knownEntry(ctx: Context, slug: string): Entry | null {
  const sale = knownSale(ctx, slug)
  if (!sale) return null
  const entry = askEntry(ctx, sale)
  return isServed(entry) ? entry : null
}

/** Phase and counts of a sale without waiting; null when this process has no fresh reading of them. */
export const knownLive = (ctx: Context, slug: string): Live | null => knownEntry(ctx, slug)?.live ?? null

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
    entry.reply = Object.freeze({ status: 200, headers: liveHeaders, body: JSON.stringify(live) })
    entry.readAt = performance.now()
  })().finally(() => {
    entry.reading = undefined
  })
  return entry.reading
}

/** What every poller of a sale gets, without waiting; undefined when this process has no fresh reading. */
export const knownLiveReply = (ctx: Context, slug: string): Reply | undefined => knownEntry(ctx, slug)?.reply

/** Phase and counts of a sale; a CDN may keep them for a second. At once when they are known. */
export const answerLive = (ctx: Context, slug: string): Reply | Promise<Reply> =>
  knownLiveReply(ctx, slug) ?? readAnswer(ctx, slug)

async function readAnswer(ctx: Context, slug: string): Promise<Reply> {
  try {
    const sale = await findSale(ctx, slug)
    if (!sale) return respond(refused('not_found'))
    const entry = await currentEntry(ctx, sale)
    return entry?.reply ?? respond(refused('try_again', { retryAfterSeconds: 1 }))
  } catch (error) {
    return respond(refusalFor(ctx, 'live', error))
  }
}

const liveHeaders = {
  'content-type': 'application/json',
  ...forEverybody,
  'x-content-type-options': 'nosniff',
}
