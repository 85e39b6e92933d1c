import { formatMoney } from '../lib/money'
import type { Verification } from '../lib/repairs/verify'
import { table } from './table'

/** A verification to read: the units of each item, orders and money, and a line for each invariant. */
export function describeVerification(found: Verification, currency: string): string {
  const columns = ['minted', 'free', 'held', 'owned', 'withdrawn', 'leaked', 'sold'] as const
  const counts = (of: Record<string, number>) =>
    Object.entries(of)
      .filter(([, count]) => count > 0)
      .map(([state, count]) => `${count} ${state}`)
      .join(', ') || 'none'
  return [
    table([
      ['item', ...columns],
      ...found.items.map((item) => [item.title, ...columns.map((column) => item[column])]),
    ]),
    '',
    `orders    ${counts(found.orders)}`,
    `payments  ${counts(found.payments)}`,
    `money     ${formatMoney({ minor: found.capturedMinor, currency })} captured, ` +
      `${formatMoney({ minor: found.paidMinor, currency })} in paid orders`,
    '',
    ...found.checks.map(
      ({ invariant, ok, says }) => `${ok ? 'ok  ' : 'FAIL'}  ${invariant.padEnd(5)}${says}`,
    ),
    '',
    found.ok ? `${found.slug}: every invariant holds.` : `${found.slug}: NOT every invariant holds.`,
  ].join('\n')
}
