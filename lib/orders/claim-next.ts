import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import { runScript } from '../../db/define-script'
import { claimGroup, saleKeys } from '../../db/keys'
import { RedisFault } from '../../db/redis'
import { config } from '../config'
import type { Context } from '../context'
import { claim } from './claim'
import { type Entry, parseEntry } from './entry'
import { ownedElsewhere } from './owned-elsewhere'
import { type Outcome, settleScript } from './settle.lua'
import type { OrderState } from './state'

/** This process' name in the consumer groups. */
const consumer = `${hostname()}-${process.pid}-${randomBytes(3).toString('hex')}`

type RawEntry = [id: string, fields: string[] | null]

/**
 * Takes the next orders of a sale's stream, lets the ledger decide, and carries the decisions back to Redis with the
 * acknowledgement in one step. `source: 'left'` takes over entries whose consumer died. Answers how many were taken.
 * A crash at any point leaves the entries pending, and claiming them again changes nothing (I12).
 */
export async function claimNext(ctx: Context, saleId: string, source: 'new' | 'left'): Promise<number> {
  const raw = await take(ctx, saleId, source)
  if (raw.length === 0) return 0
  const entries: Entry[] = []
  const broken: RawEntry[] = []
  for (const [id, fields] of raw) {
    const entry = parseEntry(id, toRecord(fields))
    if (entry) entries.push(entry)
    else broken.push([id, fields])
  }
  const states = await claim(ctx, saleId, entries)
  const outcomes = await outcomesOf(ctx, saleId, entries, states)
  await runScript(ctx.redis, settleScript, saleKeys(saleId), {
    outcomes: [...outcomes, ...broken.flatMap(([id, fields]) => setAside(ctx, saleId, id, fields))],
    entries: raw.map(([id]) => id),
    group: claimGroup,
  })
  return raw.length
}

async function take(ctx: Context, saleId: string, source: 'new' | 'left'): Promise<RawEntry[]> {
  const key = saleKeys(saleId).orders
  const count = config.claim.batchSize
  try {
    if (source === 'left') {
      const reply = await ctx.redis.xautoclaim(
        key,
        claimGroup,
        consumer,
        config.claim.takeOverAfterMs,
        '0-0',
        {
          count,
        },
      )
      return ((reply as unknown[])[1] as RawEntry[] | null) ?? []
    }
    const reply = await ctx.redis.xreadgroup(claimGroup, consumer, key, '>', { count })
    return (reply as [string, RawEntry[]][] | null)?.[0]?.[1] ?? []
  } catch (error) {
    // Redis lost the stream: nothing is left to claim, and the reconciler loads the sale again.
    if (error instanceof RedisFault && error.code === 'NOGROUP') return []
    throw error
  }
}

const toRecord = (fields: string[] | null): Record<string, string> =>
  Object.fromEntries(
    (fields ?? []).flatMap((name, i, all) => (i % 2 === 0 ? [[name, all[i + 1] ?? '']] : [])),
  )

async function outcomesOf(
  ctx: Context,
  saleId: string,
  entries: Entry[],
  states: Map<string, OrderState>,
): Promise<Outcome[]> {
  const ends = entries.map((entry) => ({ entry, end: endOf(states.get(entry.orderId)) }))
  const ended = ends.filter(({ end }) => end === 'unpaid' || end === 'rejected').map(({ entry }) => entry)
  const owned = await ownedElsewhere(ctx, saleId, ended)
  return ends.map(({ entry, end }) => ({
    buyer: entry.buyerId,
    order: entry.orderId,
    end,
    owned: owned.get(entry.orderId) ?? [],
  }))
}

/** What a ledger state means for the hold in Redis. */
export function endOf(state: OrderState | undefined): Outcome['end'] {
  if (state === 'paid') return 'paid'
  if (state === 'expired' || state === 'cancelled') return 'unpaid'
  return state === 'awaiting_payment' || state === 'capturing' ? 'claimed' : 'rejected'
}

/** An entry nobody can read is acknowledged with an error in the log; if it names its hold, that one is freed. */
function setAside(ctx: Context, saleId: string, id: string, fields: string[] | null): Outcome[] {
  ctx.log.error({ saleId, entryId: id }, 'set aside an unreadable order')
  const { buyer, order } = toRecord(fields)
  return buyer && order ? [{ buyer, order, end: 'rejected', owned: [] }] : []
}
