/**
 * Everything a sale has in Redis. All keys share the hash tag `{sale:<id>}`, so one script may touch them all and sales
 * spread over a cluster by themselves. The list is fixed: scripts declare every key they touch, whoever's hold they meet.
 * None of them expires by itself: the worker removes a sale's keys after it is over, and the ledger can rebuild them.
 *
 * | key    | type       | holds |
 * |--------|------------|-------|
 * | state  | hash       | epoch, loading, opensAt, closesAt, holdMs, returnMs, extensions, pausedAt, pausedMs, currency |
 * | items  | hash       | per item `<itemId>:position`, `:next` (lowest never-issued number), `:allocation`, `:limit`, `:price`, `:sold` |
 * | free   | sorted set | returned numbers: member `<position>:<number>`, score position × 2⁴⁴ + the ms from which on it can be reserved |
 * | holds  | hash       | buyer → hold as JSON (`HoldRecord`) |
 * | due    | sorted set | buyer → deadline of the open hold, ms on the sale's clock |
 * | bought | hash       | `<buyer>:<itemId>` → units in paid orders, for the limit |
 * | lapses | hash       | buyer → `<holds that lapsed>:<ms on the sale's clock until which they wait>`; a purchase clears it |
 * | networks | hash     | keyed hash of a network → units that its holds set aside, paid ones no more |
 * | orders | stream     | one entry an order, read by the consumer group `claim` |
 * | room   | hash       | `drawn` (joiners when the draw closed), `next` and `end` (numbers of the queue that are left) |
 * | joiners | string    | HyperLogLog of the buyers who joined before the draw: 12 KB however many |
 * | proofs | sorted set | proofs that were used for a reserve or an order → when they can be forgotten (ms) |
 * | marks  | string     | marks of the hCaptcha tokens accepted lately, each in a place of its own: 11 KB however many |
 */
export function saleKeys(saleId: string) {
  const tag = `{sale:${saleId}}`
  return {
    state: `${tag}:state`,
    items: `${tag}:items`,
    free: `${tag}:free`,
    holds: `${tag}:holds`,
    due: `${tag}:due`,
    bought: `${tag}:bought`,
    lapses: `${tag}:lapses`,
    networks: `${tag}:networks`,
    orders: `${tag}:orders`,
    room: `${tag}:room`,
    joiners: `${tag}:joiners`,
    proofs: `${tag}:proofs`,
    marks: `${tag}:marks`,
  }
}

/** Scores of `free` begin here for each item: room for a time in ms, and 512 items stay exact as doubles. */
export const freeScoresPerItem = 2 ** 44

/** The consumer group of every orders stream. */
export const claimGroup = 'claim'

/**
 * What server processes say of themselves, in one key that ends by itself: process → how late its event loop is, as
 * JSON with the moment (`at`, ms). At most a thousand processes; whoever is silent for a few seconds is forgotten.
 */
export const serverKeys = { pulses: '{servers}:pulses' }
