/**
 * What is assumed of shoppers, none of which the shop decides. They are typical values, not measured ones: whoever knows
 * better of their own crowd changes them here, or with the options that `npm run capacity -- --help` lists.
 */
export const people = {
  /** Who is there before the opening, and who storms in right after it; everybody else comes later and later. */
  earlyShare: 0.6,
  stormShare: 0.25,
  earlyMs: 600_000,
  stormMs: 10_000,
  /** After the opening, and for those who come later after looking at the page. */
  reactMs: { median: 1_200, spread: 0.7 },
  lookMs: { median: 6_000, spread: 0.7 },
  /** From the first look at a room to its ticket: the work of the proof, and a click. */
  joinMs: { least: 1_500, most: 6_000 },
  /** A page asks once a second where anybody is waiting, every five seconds where nothing moves. */
  pollMs: { quick: 1_000, slow: 5_000 },
  /** How long somebody waits in a room before they go home, on average. */
  roomPatienceMs: 1_800_000,
  /** How long somebody waits for what is in other carts, on average; this share goes at once. */
  patienceMs: 120_000,
  leaveAtOnceShare: 0.3,
  /** From stock showing up on the page to the click. */
  graspMs: 2_500,
  /** From the cart to the order: a form, mostly filled in by the browser. */
  formMs: { median: 45_000, spread: 0.6 },
  /** From the order to the card, and to another card after a declined one; this share has another one. */
  cardMs: { median: 25_000, spread: 0.5 },
  anotherCardShare: 0.5,
  /** The provider's answer to a payment: two calls of it. */
  providerMs: { median: 400, spread: 0.4 },
  /** How often a call is repeated that the shop had no time for, before they give up. */
  mostRepeats: 8,
  /** Places of a CDN that each ask the shop once a second for what has changed. */
  edges: 20,
} as const
