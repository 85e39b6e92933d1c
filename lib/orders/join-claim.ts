import type { Context } from '../context'
import { claimNext } from './claim-next'

type Slot = { current: Promise<void>; next: Promise<void> | undefined }

// One slot a process, store and sale. Next's bundles each have their own module state, hence globalThis.
const store = globalThis as typeof globalThis & { stampedeClaims?: WeakMap<object, Map<string, Slot>> }

/**
 * Group commit: resolves when a claim that began after this call has ended. While one is running, all callers share the
 * next one, so a crowd is claimed in a few large batches and each buyer has an answer in the same response.
 */
export function joinClaim(ctx: Context, saleId: string): Promise<void> {
  store.stampedeClaims ??= new WeakMap()
  let slots = store.stampedeClaims.get(ctx.redis)
  if (!slots) {
    slots = new Map()
    store.stampedeClaims.set(ctx.redis, slots)
  }
  const slot = slots.get(saleId)
  if (slot) {
    slot.next ??= slot.current.catch(() => {}).then(() => start(ctx, saleId, slots))
    return slot.next
  }
  return start(ctx, saleId, slots)
}

function start(ctx: Context, saleId: string, slots: Map<string, Slot>): Promise<void> {
  const slot: Slot = { current: claimNext(ctx, saleId, 'new').then(() => {}), next: undefined }
  slots.set(saleId, slot)
  const done = () => {
    if (slots.get(saleId) === slot && !slot.next) slots.delete(saleId)
  }
  slot.current.then(done, done)
  return slot.current
}
