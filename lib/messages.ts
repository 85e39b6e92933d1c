import type { Cause, Reason, Refused } from './result'

type Message = {
  /** HTTP status of the problem document. */
  status: number
  /** What the buyer reads: one sentence that says what happened and that nothing was lost. */
  sentence: string
  /** The one thing to do next. */
  next: string
}

/** Reason → status and words. Exhaustive: a new reason does not compile until it has its line here. */
export const messages: Record<Reason, Message> = {
  invalid_input: {
    status: 400,
    sentence: 'Some of what was sent is not valid.',
    next: 'Check the marked fields and send it again.',
  },
  no_session: {
    status: 401,
    sentence: 'We do not know this browser yet.',
    next: 'Reload the page and try again.',
  },
  not_signed_in: {
    status: 401,
    sentence: 'You are not signed in, or no longer.',
    next: 'Sign in and do it again.',
  },
  bad_origin: {
    status: 403,
    sentence: 'This request came from another site, so we did nothing.',
    next: 'Open the shop itself and try again.',
  },
  forbidden: { status: 403, sentence: 'You may not do this.', next: 'Sign in with another account.' },
  not_admitted: {
    status: 403,
    sentence: 'This sale has a waiting room, and it is not your turn yet.',
    next: 'Go to the waiting room. Your place there is kept.',
  },
  captcha_required: {
    status: 403,
    sentence: 'We need a proof that a browser is at work.',
    next: 'The page makes one by itself. Where JavaScript is off, switch it on for this page, then try again.',
  },
  captcha_failed: {
    status: 403,
    sentence: 'The proof that a browser is at work was not valid, or too old.',
    next: 'Try again: a new one is made by itself.',
  },
  not_found: { status: 404, sentence: 'We could not find that.', next: 'Go back to the shop.' },
  not_open: {
    status: 409,
    sentence: 'The sale has not opened yet.',
    next: 'The button unlocks by itself when it does.',
  },
  closed: { status: 409, sentence: 'The sale has ended.', next: 'See what else is on sale.' },
  paused: {
    status: 409,
    sentence: 'The sale is paused for a moment. Carts are frozen and lose no time.',
    next: 'Stay here, it continues by itself.',
  },
  empty_now: {
    status: 409,
    sentence: 'Every unit that is left is in somebody’s cart. Some usually come back within minutes.',
    next: 'Stay on this page, it updates by itself.',
  },
  sold_through: {
    status: 409,
    sentence: 'Sold out. Nothing was charged.',
    next: 'See what else is on sale.',
  },
  limit_reached: {
    status: 409,
    sentence: 'That is more than one buyer may have in this sale.',
    next: 'Go to your cart with what you have.',
  },
  hold_expired: {
    status: 409,
    sentence: 'The time on your cart ran out, so its units went back on sale. Nothing was charged.',
    next: 'Add them again. Your details are kept.',
  },
  already_ordered: {
    status: 409,
    sentence: 'You already have an order in this sale that waits for payment.',
    next: 'Pay or cancel that order first.',
  },
  cart_changed: {
    status: 412,
    sentence: 'Your cart was changed in another tab.',
    next: 'Look at it again, then repeat the change.',
  },
  not_payable: {
    status: 409,
    sentence: 'This order can no longer be paid. Nothing was charged.',
    next: 'Go back to the sale.',
  },
  declined: {
    status: 409,
    sentence: 'Your bank declined the payment. Your units are still yours until the time runs out.',
    next: 'Try another card.',
  },
  key_reused: {
    status: 409,
    sentence: 'This idempotency key was already used with other details.',
    next: 'Use a new key for a new order.',
  },
  taken: {
    status: 409,
    sentence: 'Somebody has an account with this e-mail address.',
    next: 'Change that account’s role, or use another address.',
  },
  last_owner: {
    status: 409,
    sentence: 'The shop would have no owner left, so nothing was changed.',
    next: 'Make somebody else an owner first.',
  },
  changed_meanwhile: {
    status: 409,
    sentence: 'Somebody else changed this meanwhile, so we did nothing.',
    next: 'Look at how it is now, and do it again if it is still wanted.',
  },
  outdated: {
    status: 409,
    sentence: 'The shop was updated while this page was open. Nothing was sent and nothing was charged.',
    next: 'Reload the page, then send it again.',
  },
  rejected: {
    status: 409,
    sentence: 'We could not confirm the units of this order. Nothing was charged.',
    next: 'Go back to the sale.',
  },
  too_large: { status: 413, sentence: 'That is more data than we accept.', next: 'Send less.' },
  unsupported_media_type: {
    status: 415,
    sentence: 'We only read JSON in UTF-8 here.',
    next: 'Send it as application/json.',
  },
  too_many_requests: {
    status: 429,
    sentence: 'That was a bit fast.',
    next: 'Wait a moment, then try again. Your cart is kept.',
  },
  internal: {
    status: 500,
    sentence: 'Something went wrong on our side.',
    next: 'Try again, and quote the reference if it stays.',
  },
  try_again: {
    status: 503,
    sentence: 'We cannot decide this right now. Nothing was charged and your place is kept.',
    next: 'Try again in a moment.',
  },
}

/** What `too_many_requests` means when it is not about the pace of the requests. */
const causes: Record<Cause, Omit<Message, 'status'>> = {
  carts_lapsed: {
    sentence: 'Several of your carts in this sale ended unpaid, so others go first for a while.',
    next: 'Nothing was charged, and a purchase makes up for it.',
  },
  network_full: {
    sentence: 'Very many units are in carts of your network right now.',
    next: 'Some come back all the time.',
  },
}

/** What a refusal is called and says. */
export const messageFor = ({ reason, cause }: Pick<Refused, 'reason' | 'cause'>): Message => ({
  ...messages[reason],
  ...(cause && causes[cause]),
})
