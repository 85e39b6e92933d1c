import { type SQL, sql } from 'drizzle-orm'
import type { Transaction } from '../../db/postgres'

/** The invariants that the two stores can be asked about, and what each of them promises. */
export const promises = {
  I1: 'every unit has at most one order, and sold + held stays within the allocation',
  I2: 'every living or paid order owns exactly the units of its lines, and nobody else owns any',
  I3: 'money is captured for paid orders only, once each, in the ledger and in the provider’s books',
  I4: 'every hold has at most one order, and every order the hold it was made from',
  I6: 'nobody has more than the limit, and both stores count alike',
  I7: 'free + held + owned + withdrawn is what was minted, and no unit is two of them',
  I8: 'nothing is overdue: holds and unpaid orders end by themselves',
  I10: 'every order costs what its lines cost, in the currency of the sale',
  I11: 'Redis opens, closes and pauses the sale as the ledger does',
  I12: 'every entry of the orders stream took effect once, and none waits',
  I14: 'what was captured is what the paid orders cost',
} as const

export type Invariant = keyof typeof promises

/** One thing that breaks an invariant: what is wrong, and with which unit, order, buyer or payment. */
export type Finding = { invariant: Invariant; wrong: string; what: string }

/** Asks the ledger for the subjects (one text column `what`) of which `wrong` holds; none is how it should be. */
export type Question = { invariant: Invariant; wrong: string; query: SQL }

/** A store in ruins has a finding for every unit; the first ones of each kind are enough to see that. */
const mostFindings = 500

/** Order states in which an order owns its units. */
export const living = sql`('awaiting_payment', 'capturing', 'paid')`

/** Puts the questions to one snapshot of the ledger. */
export async function ask(tx: Pick<Transaction, 'execute'>, questions: Question[]): Promise<Finding[]> {
  const findings: Finding[] = []
  for (const { invariant, wrong, query } of questions) {
    const rows = await tx.execute<{ what: string }>(
      sql`select what from (${query}) as asked order by what limit ${mostFindings}`,
    )
    findings.push(...rows.map(({ what }) => ({ invariant, wrong, what })))
  }
  return findings
}

const keyOf = ({ invariant, wrong, what }: Finding) => `${invariant} ${wrong} ${what}`

/** The findings of a reading that an earlier one had as well: what was on its way between the stores drops out. */
export function stillThere(findings: Finding[], earlier: Finding[] | undefined): Finding[] {
  if (!earlier) return findings
  const known = new Set(earlier.map(keyOf))
  return findings.filter((finding) => known.has(keyOf(finding)))
}

/** One line for each invariant: its promise, or what breaks it with an example each. */
export function summarise(findings: Finding[]): { invariant: Invariant; ok: boolean; says: string }[] {
  return (Object.keys(promises) as Invariant[]).map((invariant) => {
    const broken = findings.filter((finding) => finding.invariant === invariant)
    const says = [...new Set(broken.map((finding) => finding.wrong))].map((wrong) => {
      const found = broken.filter((finding) => finding.wrong === wrong)
      const count = found.length < mostFindings ? found.length : `${mostFindings} or more`
      return `${count} × ${wrong}${found[0]?.what ? ` (${found[0].what})` : ''}`
    })
    return { invariant, ok: says.length === 0, says: says.join('; ') || promises[invariant] }
  })
}
