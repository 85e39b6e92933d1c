import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Answer, Connection } from './connection'
import { processorMs } from './processor-time'
import { someAddress } from './requests'
import type { BenchShop } from './shop'

/** Processor time of each part of the shop, and the median time until the answer, for one call. */
export type Spent = { serverMs: number; redisMs: number; ledgerMs: number; answerMs: number }

/** One after the other, and as many at once as a busy shop has. Answers come in the order of the requests. */
export type Called = { answers: Answer[]; lone: Spent; crowd: Spent }

/** A shop, and whether its callers count as shoppers from outside or as programs of the shop's own machine. */
export type Caller = BenchShop & { fromOutside: boolean }

/** Busy, and still not so late that the server begins to turn callers away. */
const connections = 8
/** How long one waits who was turned away all the same. */
const comeBackMs = 200
const mostTries = 100
/** Calls that only warm the code up, and those that are sent one after the other. */
const shares = { warm: 0.2, lone: 0.1 }

const readSpent = ({ pids }: BenchShop) => ({
  serverMs: processorMs([pids.server]),
  redisMs: processorMs([pids.redis]),
  ledgerMs: processorMs([pids.postgres]),
})

/**
 * Sends all requests, so many at a time, each until it is taken on. Throws at an answer with another status than the
 * expected ones.
 */
async function send(shop: BenchShop, requests: string[], atOnce: number, expected: number[]) {
  const answers: Answer[] = []
  const tookMs: number[] = []
  let next = 0
  const open = Array.from({ length: atOnce }, () => new Connection(shop.port))
  const before = readSpent(shop)
  const loop = async (connection: Connection) => {
    while (next < requests.length) {
      const at = next++
      let begun = performance.now()
      let answer = await connection.send(requests[at] ?? '')
      for (let tries = 0; answer.status === 503 && tries < mostTries; tries++) {
        await sleep(comeBackMs)
        begun = performance.now()
        answer = await connection.send(requests[at] ?? '')
      }
      tookMs.push(performance.now() - begun)
      if (!expected.includes(answer.status)) {
        const [line] = (requests[at] ?? '').split('\r\n')
        throw new Error(`${line} answered ${answer.status}: ${answer.body.toString().slice(0, 200)}`)
      }
      answers[at] = answer
    }
  }
  try {
    await Promise.all(open.map(loop))
  } finally {
    for (const connection of open) connection.close()
  }
  const after = readSpent(shop)
  const each = (part: keyof typeof before) => (after[part] - before[part]) / requests.length
  const answerMs = tookMs.toSorted((a, b) => a - b)[Math.floor(tookMs.length / 2)] ?? 0
  return {
    answers,
    spent: { serverMs: each('serverMs'), redisMs: each('redisMs'), ledgerMs: each('ledgerMs'), answerMs },
  }
}

/** Each request comes from a network of its own, whose limit is then counted as that of a shopper is. */
const fromSomewhere = (request: string) =>
  request.replace('\r\n', `\r\nX-Forwarded-For: ${someAddress()}\r\n`)

/** What these calls cost: some warm the server up, some go one by one, most of them through many connections. */
export async function callAll(shop: Caller, plain: string[], expected = [200]): Promise<Called> {
  const requests = shop.fromOutside ? plain.map(fromSomewhere) : plain
  const warm = Math.ceil(requests.length * shares.warm)
  const lone = warm + Math.ceil(requests.length * shares.lone)
  const first = await send(shop, requests.slice(0, warm), connections, expected)
  const second = await send(shop, requests.slice(warm, lone), 1, expected)
  const third = await send(shop, requests.slice(lone), connections, expected)
  return {
    answers: [...first.answers, ...second.answers, ...third.answers],
    lone: second.spent,
    crowd: third.spent,
  }
}
