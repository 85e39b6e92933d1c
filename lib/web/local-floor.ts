import type { Bucket } from './limits'

/** Enough for the identities that are active in a process at the same time; each costs about 200 bytes. */
const maxIdentities = 50_000

/** A map that forgets what was written longest ago once it is full. */
export class BoundedMap<Value> extends Map<string, Value> {
  override set(key: string, value: Value): this {
    // Deleted first, so that the order of the keys is the order in which they were last written.
    this.delete(key)
    if (this.size >= maxIdentities) {
      const [oldest] = this.keys()
      if (oldest !== undefined) this.delete(oldest)
    }
    return super.set(key, value)
  }
}

type Level = { tokens: number; at: number }

/**
 * The part of the limits that a process can decide alone: nobody passes it more often than the limit over all
 * processes allows, so what it refuses needs no question to Redis, and a flood from one identity costs next to nothing.
 */
export function createLocalFloor() {
  const levels = new BoundedMap<Level>()

  /** Takes a token from the bucket of this key; false when there is none. */
  return function take(key: string, { burst, perSecond }: Bucket): boolean {
    const now = performance.now()
    const level = levels.get(key)
    const refilled = level ? level.tokens + ((now - level.at) / 1000) * perSecond : burst
    const tokens = Math.min(burst, refilled)
    const allowed = tokens >= 1
    levels.set(key, { tokens: allowed ? tokens - 1 : tokens, at: now })
    return allowed
  }
}
