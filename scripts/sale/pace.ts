import type { Context } from '../../lib/context'
import { setRate } from '../../lib/rooms/set-rate'
import { getSale } from './find'

/** Sets the rate of a sale's waiting room; null leaves it to the backlog. Answers a sentence for whoever did it. */
export async function pace(ctx: Context, slug: string, rate: number | null): Promise<string> {
  const sale = await getSale(ctx, slug)
  const done = await setRate(ctx, sale.id, rate)
  if (!done.ok) throw new Error(`${slug} has no waiting room: "create … --room" makes one.`)
  const says =
    rate === null
      ? 'admits as many as the shop can take'
      : rate === 0
        ? 'admits nobody: every place is kept'
        : `admits ${rate} a second`
  return `${slug} ${says}, within a few seconds${sale.pausedAt ? ' of going on: it is paused' : ''}.`
}
