import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'drizzle-orm'
import { ledgerOrderStates } from '../../db/schema'
import type { Context } from '../context'
import type { OrderState } from '../orders/state'
import { ask, type Finding, type Invariant, stillThere, summarise } from './checks'
import { admissionFindings } from './checks-admission'
import { ledgerQuestions } from './checks-ledger'
import { moneyQuestions, sandboxQuestions } from './checks-money'
import { type LedgerReading, readAdmission, readLedger } from './checks-reading'
import { lostEntries, readStream } from './checks-stream'
import { type Census, free, held, owned, takeCensus } from './reading'

export type Verification = {
  slug: string
  saleId: string
  ok: boolean
  items: ItemCounts[]
  orders: Record<OrderState, number>
  /** Payment state → how many. */
  payments: Record<string, number>
  capturedMinor: number
  paidMinor: number
  checks: { invariant: Invariant; ok: boolean; says: string }[]
}

/** Each unit counts once: free + held + owned + withdrawn + leaked = minted. */
export type ItemCounts = {
  id: string
  title: string
  minted: number
  free: number
  /** In a hold that the ledger has no order for: an open cart, or an order that waits to be claimed. */
  held: number
  /** On a living or paid order in the ledger. */
  owned: number
  /** Taken off the sale by its merchant. */
  withdrawn: 0
  /** The part of `owned` that is paid. */
  sold: number
  leaked: number
}

const readings = 6
const betweenReadingsMs = 1_000

/**
 * Holds Redis, the ledger and the provider's books of one published sale against every invariant that they can show
 * (I1–I4, I6–I8, I10–I12, I14). The stores are read one after the other, and what is on its way between them looks
 * wrong for a moment, as does what a crash left to the reconciler. So a reading with findings is taken again, for
 * about five seconds, and only what all readings have in common counts: real damage stays. Throws when a store does
 * not answer, because then nothing is known.
 */
export async function verifySale(
  ctx: Context,
  sale: { id: string; slug: string },
  times = readings,
): Promise<Verification> {
  let earlier: Finding[] | undefined
  for (let reading = 1; ; reading++) {
    const { findings, ...counts } = await read(ctx, sale)
    earlier = stillThere(findings, earlier)
    if (earlier.length === 0 || reading >= times) {
      return { ...counts, ok: earlier.length === 0, checks: summarise(earlier) }
    }
    await sleep(betweenReadingsMs)
  }
}

/** One reading: Redis first, then one snapshot of the ledger. */
async function read(ctx: Context, sale: { id: string; slug: string }) {
  const admission = await readAdmission(ctx, sale.id)
  const stream = await readStream(ctx, sale.id)
  const nothing = { items: new Map(), holds: [] }
  const census = await takeCensus(ctx, sale.id, admission?.redis ?? nothing)
  const { ledger, asked } = await ctx.db.transaction(
    async (tx) => {
      await tx.execute(sql`set local statement_timeout = 0`)
      const questions = [...ledgerQuestions(sale.id), ...moneyQuestions(sale.id)]
      if (ctx.provider.name === 'sandbox') questions.push(...sandboxQuestions(sale.id))
      return {
        ledger: await readLedger(tx, sale.id),
        asked: [...(await ask(tx, questions)), ...(await lostEntries(tx, sale.id, stream.settled))],
      }
    },
    { isolationLevel: 'repeatable read' },
  )
  const items = ledger.items.map((item) => countItem(item, ledger, census))
  const states = [...ledger.orders.values()].map((order) => order.state)
  return {
    slug: sale.slug,
    saleId: sale.id,
    items,
    orders: Object.fromEntries(
      ledgerOrderStates.map((state) => [state, states.filter((each) => each === state).length]),
    ) as Record<OrderState, number>,
    payments: ledger.payments,
    capturedMinor: ledger.capturedMinor,
    paidMinor: ledger.paidMinor,
    findings: [
      ...asked,
      ...stream.findings,
      ...admissionFindings(admission, ledger, census, stream.waiting),
      ...items.flatMap(oversold),
    ],
  }
}

function countItem(item: LedgerReading['items'][number], ledger: LedgerReading, census: Census): ItemCounts {
  const counts = { free: 0, held: 0, owned: 0, leaked: 0 }
  for (const mark of census.marks.get(item.id)?.subarray(1) ?? []) {
    if (mark & owned) counts.owned++
    else if (mark & held) counts.held++
    else if (mark & free) counts.free++
    else counts.leaked++
  }
  const { id, title, minted } = item
  return { ...{ id, title, minted, ...counts }, withdrawn: 0, sold: ledger.sold.get(id) ?? 0 }
}

const oversold = ({ id, minted, held: inCarts, sold }: ItemCounts): Finding[] =>
  sold + inCarts > minted
    ? [{ invariant: 'I1', wrong: 'item of which more is sold and held than there is', what: id }]
    : []
