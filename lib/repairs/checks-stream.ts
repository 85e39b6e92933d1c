import { sql } from 'drizzle-orm'
import { runScript } from '../../db/define-script'
import { claimGroup, saleKeys } from '../../db/keys'
import { orders } from '../../db/schema'
import type { Context } from '../context'
import { parseEntry } from '../orders/entry'
import type { Finding } from './checks'
import { readStreamScript } from './checks-stream.lua'

/** Later than this, an unclaimed order is not merely waiting for a worker's next tick or take-over. */
const waitsMs = 10_000

/** Entries of one page: about half a megabyte. */
const page = 500
/** Far more than all consumers together ever have in hand. */
const mostPending = 20_000

export type StreamReading = {
  findings: Finding[]
  /** Orders whose entries are acknowledged, so the ledger must have them. */
  settled: string[]
  /** Orders whose entries wait to be claimed. */
  waiting: Set<string>
}

/** Reads the whole orders stream of a sale, page by page. An entry that nobody can read was set aside, not lost. */
export async function readStream(ctx: Pick<Context, 'redis'>, saleId: string): Promise<StreamReading> {
  const reading: StreamReading = { findings: [], settled: [], waiting: new Set() }
  for (let after = '-'; ; ) {
    const { now, delivered, pending, entries } = await runScript(
      ctx.redis,
      readStreamScript,
      saleKeys(saleId),
      { group: claimGroup, after, most: page, mostPending },
    )
    const unfinished = new Set(pending)
    for (const [id, flat] of entries) {
      const fields = flat.flatMap((name, i) => (i % 2 === 0 ? [[name, flat[i + 1] ?? '']] : []))
      const order = parseEntry(id, Object.fromEntries(fields))?.orderId
      if (!isAfter(id, delivered) && !unfinished.has(id)) {
        if (order) reading.settled.push(order)
        continue
      }
      if (order) reading.waiting.add(order)
      if (now - millisecondsOf(id) > waitsMs) {
        reading.findings.push({ invariant: 'I12', wrong: 'entry that waits to be claimed', what: id })
      }
    }
    if (entries.length < page) return reading
    after = `(${entries.at(-1)?.[0]}`
  }
}

const millisecondsOf = (id: string) => Number(id.split('-')[0])

/** Stream ids are two numbers: milliseconds and a count within them. */
function isAfter(id: string, other: string): boolean {
  const [ms = 0, count = 0] = id.split('-').map(Number)
  const [otherMs = 0, otherCount = 0] = other === '' ? [] : other.split('-').map(Number)
  return ms > otherMs || (ms === otherMs && count > otherCount)
}

/** Acknowledged entries that left no order in the ledger. The stream was read first, so an order in it is older. */
export async function lostEntries(
  tx: Pick<Context['db'], 'execute'>,
  saleId: string,
  settled: string[],
): Promise<Finding[]> {
  const findings: Finding[] = []
  for (let from = 0; from < settled.length; from += 10_000) {
    const rows = await tx.execute<{ what: string }>(sql`
      select w.id as what from unnest(${sql.param(settled.slice(from, from + 10_000))}::text[]) as w (id)
      where not exists (select from ${orders} o where o.sale_id = ${saleId} and o.id = w.id)`)
    findings.push(
      ...rows.map(({ what }): Finding => ({ invariant: 'I12', wrong: 'entry that left no order', what })),
    )
  }
  return findings
}
