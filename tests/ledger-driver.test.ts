import { performance } from 'node:perf_hooks'
import { expect, test } from 'vitest'
// @ts-expect-error The package does not export it: what is tested is the patch of scripts/patch-driver.mjs.
import Queue from '../node_modules/postgres/src/queue.js'

type Connections = { push(x: object): void; shift(): object; remove(x: object): void }

/** A queue of connections that is never empty, as many queries after its beginning. */
function busyFor(queries: number): { queue: Connections; last: object } {
  const queue = Queue([{}, {}, {}]) as Connections
  let last = {}
  for (let i = 0; i < queries; i++) {
    queue.push(queue.shift())
    last = {}
    queue.push(last)
    queue.shift()
  }
  return { queue, last }
}

function searchMs({ queue, last }: ReturnType<typeof busyFor>): number {
  const begun = performance.now()
  for (let i = 0; i < 2_000; i++) {
    queue.remove(last)
    queue.push(last)
  }
  return performance.now() - begun
}

test('the ledger’s driver finds a connection as fast after 300,000 queries as after three', () => {
  const [young, old] = [busyFor(3), busyFor(300_000)]
  searchMs(young)
  // Without the patch it is more than a thousand times slower.
  expect(searchMs(old) / searchMs(young)).toBeLessThan(100)
})
