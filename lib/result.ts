/**
 * Every verb ends in one of three ways: `ok`, `refused` with a reason a shopper can be told, or a thrown fault.
 * A reason is part of the public contract: `lib/messages.ts` gives each one its sentence and HTTP status.
 */
export const reasons = [
  'invalid_input',
  'no_session',
  'not_signed_in',
  'bad_origin',
  'forbidden',
  'not_admitted',
  'captcha_required',
  'captcha_failed',
  'not_found',
  'not_open',
  'closed',
  'paused',
  'empty_now',
  'sold_through',
  'limit_reached',
  'hold_expired',
  'already_ordered',
  'cart_changed',
  'not_payable',
  'declined',
  'key_reused',
  'taken',
  'last_owner',
  'changed_meanwhile',
  'outdated',
  'rejected',
  'too_large',
  'unsupported_media_type',
  'too_many_requests',
  'internal',
  'try_again',
] as const

export type Reason = (typeof reasons)[number]

/** Why somebody gets `too_many_requests` who asked slowly enough; `lib/messages.ts` has the words for it. */
export const causes = ['carts_lapsed', 'network_full'] as const
export type Cause = (typeof causes)[number]

export type Ok<T> = { ok: true; value: T }
export type Refused = {
  ok: false
  reason: Reason
  /** Input field → what is wrong with it; only with `invalid_input`. */
  fields?: Record<string, string>
  /** Seconds after which trying again makes sense; only with `too_many_requests` and `try_again`. */
  retryAfterSeconds?: number
  /** Only with `too_many_requests`, when the pace of the requests is not what it is about. */
  cause?: Cause
  /** What the log says about an `internal` fault, so that a shopper can quote it. */
  reference?: string
}
export type Result<T> = Ok<T> | Refused

export const ok = <T>(value: T): Ok<T> => ({ ok: true, value })

export const refused = (reason: Reason, extra: Omit<Refused, 'ok' | 'reason'> = {}): Refused => ({
  ok: false,
  reason,
  ...extra,
})
