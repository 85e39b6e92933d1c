import type { Context } from '../../lib/context'
import { listSaleOverviews } from '../../lib/sales/overview'
import { table } from '../table'

const utc = (date: Date) => date.toISOString().slice(0, 19).replace('T', ' ')

/** Every sale with its state, window and units sold, in order of opening, as a table to read. */
export async function list(ctx: Pick<Context, 'db'>): Promise<string> {
  const sales = await listSaleOverviews(ctx)
  if (sales.length === 0) return 'There are no sales yet.'
  return table([
    ['sale', 'state', 'opens (UTC)', 'closes (UTC)', 'sold'],
    ...sales.map(({ slug, phase, opensAt, closesAt, sold, allocation }) => [
      ...[slug, phase, utc(opensAt), utc(closesAt), `${sold}/${allocation}`],
    ]),
  ])
}
