import { Ratelimit } from '@upstash/ratelimit'
import type { Redis } from '@upstash/redis'
import { isPassing } from '../../db/redis'
import { type Refused, refused } from '../result'
import { type Bucket, type Limit, type LimitName, limits } from './limits'
import { BoundedMap, createLocalFloor } from './local-floor'
import { networkOf, trustIn } from './network'

/** Redis slower than this is in trouble, and one more request does not help it. */
const timeoutMs = 1_000

type Caller = { buyerId?: string | undefined; address: string }
type Verdict = { ok: true } | Refused
type Gate = { passesFloor(id: string): boolean; ask(id: string): Promise<Verdict>; tooMany: Refused }

/** Answers whether this caller may make one more call under the limit of that name, and counts the call. */
export type CheckLimit = (name: LimitName, caller: Caller) => Promise<Verdict>

/**
 * Builds the limiter of a process, once per Redis client. Refuses with `too_many_requests` and the seconds to wait, and
 * with `try_again` when Redis does not answer in time: without a count nobody passes. The limit of an identity holds
 * for everyone; that of a network spares `trustedNetworks` (CIDR). Throws only for errors of Redis that stay.
 */
export function createLimiter(redis: Redis, trustedNetworks: readonly string[]): CheckLimit {
  const isTrusted = trustIn(trustedNetworks)
  const sharedFloor = createLocalFloor()

  function gate(prefix: string, bucket: Bucket, takeLocally: typeof sharedFloor): Gate {
    const refillMs = 1_000 / bucket.perSecond
    const tooMany = refused('too_many_requests', { retryAfterSeconds: Math.ceil(refillMs / 1_000) })
    const limiter = new Ratelimit({
      redis,
      prefix,
      // One token at a time rather than a handful each second: a refusal then lasts only as long as it must.
      limiter: Ratelimit.tokenBucket(1, `${refillMs} ms`, bucket.burst),
      ephemeralCache: new BlockedUntil(refillMs),
      timeout: timeoutMs,
      analytics: false,
      enableProtection: false,
      enableTelemetry: false,
    })
    return {
      tooMany,
      passesFloor: (id) => takeLocally(`${prefix}:${id}`, bucket),
      async ask(id) {
        try {
          const { success, reason } = await limiter.limit(id)
          // A timed-out limiter calls that a success.
          if (reason === 'timeout') return tryAgain
          return success ? { ok: true } : tooMany
        } catch (error) {
          if (isPassing(error)) return tryAgain
          throw error
        }
      },
    }
  }

  type Gates = { identity: Gate | undefined; network: Gate; isLocal: boolean; ipv6Bits: 48 | 64 }
  const gates = new Map<string, Gates>()
  for (const [name, limit] of Object.entries<Limit>(limits)) {
    const { perIdentity, perNetwork, isLocal = false, isWide = false } = limit
    // What nobody else remembers must not be forgotten because other calls have a crowd.
    const floor = isLocal ? createLocalFloor() : sharedFloor
    gates.set(name, {
      isLocal,
      ipv6Bits: isWide ? 48 : 64,
      identity: perIdentity && gate(`limit:${name}:buyer`, perIdentity, floor),
      network: gate(`limit:${name}:network`, perNetwork, floor),
    })
  }

  return async function checkLimit(name, { buyerId, address }) {
    const { identity, network, isLocal, ipv6Bits } = gates.get(name) as Gates
    const asked: { gate: Gate; id: string }[] = []
    if (identity && buyerId !== undefined) asked.push({ gate: identity, id: buyerId })
    if (!isTrusted(address)) asked.push({ gate: network, id: networkOf(address, ipv6Bits) })
    for (const { gate, id } of asked) if (!gate.passesFloor(id)) return gate.tooMany
    if (isLocal) return { ok: true }
    const verdicts = await Promise.all(asked.map(({ gate, id }) => gate.ask(id)))
    const refusals = verdicts.filter((verdict) => !verdict.ok)
    return refusals.find((each) => each.reason === 'too_many_requests') ?? refusals[0] ?? { ok: true }
  }
}

const tryAgain = refused('try_again', { retryAfterSeconds: 1 })

/**
 * Whom Redis refused, until when. It says so on the clock of whichever process asked last; one that runs ahead would
 * block people here for as long as it does, so no block outlasts the next token.
 */
class BlockedUntil extends BoundedMap<number> {
  constructor(private readonly longestMs: number) {
    super()
  }
  override set(id: string, until: number): this {
    return super.set(id, Math.min(until, Date.now() + this.longestMs))
  }
}
