import { setTimeout as sleep } from 'node:timers/promises'
import type { Context } from '../../lib/context'
import { type Control, controlSale } from '../../lib/sales/control'
import { getSale } from './find'

const controls: Record<'pause' | 'resume' | 'close', { control: Control; says: string }> = {
  pause: { control: { pause: true }, says: 'is paused: nobody can reserve, and every deadline stands still' },
  resume: { control: { resume: true }, says: 'goes on' },
  close: { control: { close: true }, says: 'is closed: carts can still be ordered until their deadline' },
}

/** While Redis is being loaded it takes no orders from anybody, for seconds at most. */
const attempts = 10
const betweenMs = 500

/** Pauses, resumes or closes a sale, in the ledger and in Redis, which decides. Answers a sentence for whoever did it. */
export async function control(
  ctx: Context,
  name: 'pause' | 'resume' | 'close',
  slug: string,
): Promise<string> {
  const sale = await getSale(ctx, slug)
  for (let attempt = 1; attempt <= attempts; attempt++) {
    const done = await controlSale(ctx, sale.id, controls[name].control)
    if (done.ok) return `${slug} ${controls[name].says}.`
    await sleep(betweenMs)
  }
  throw new Error(`${slug} is being loaded into Redis and can't be changed now: try again in a moment.`)
}
