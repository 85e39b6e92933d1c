/**
 * Everything a sale has in Redis. All keys share the hash tag `{sale:<id>}`, so one script may touch them all and sales
 * spread over a cluster by themselves. The list is fixed: scripts declare every key they touch, whoever's hold they meet.
 * None of them expires by itself: the worker removes a sale's keys after it is over, and the ledger can rebuild them.
 *
 * | key    | type       | holds |
 * |--------|------------|-------|
 * | state  | hash       | epoch, loading, opensAt, closesAt, holdMs, extensions, pausedAt, pausedMs, currency |
 * | items  | hash       | per item `<itemId>:position`, `:next` (lowest never-issued number), `:allocation`, `:limit`, `:price`, `:sold` |
 * | free   | sorted set | returned numbers: member `<position>:<number>`, score position × 2³² + number |
 * | holds  | hash       | buyer → hold as JSON (`HoldRecord`) |
 * | due    | sorted set | buyer → deadline of the open hold, ms on the sale's clock |
 * | bought | hash       | `<buyer>:<itemId>` → units in paid orders, for the limit |
 * | orders | stream     | one entry an order, read by the consumer group `claim` |
 * | room   | hash       | `drawn` (joiners when the draw closed), `next` and `end` (numbers of the queue that are left) |
 * | joiners | string    | HyperLogLog of the buyers who joined before the draw: 12 KB however many |
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
    orders: `${tag}:orders`,
    room: `${tag}:room`,
    joiners: `${tag}:joiners`,
  }
}

/** The consumer group of every orders stream. */
export const claimGroup = 'claim'
