import { setTimeout as sleep } from 'node:timers/promises'
import { type Address, type Answer, Connection } from './connection'

/** Counting starts when every connection has ended its first step, so that as much is in flight as later, or by then. */
const longestLeadInMs = 5_000
/** Fewer than two steps a connection say little: on a busy machine the measured time is stretched this far for them. */
const mostStretch = 4
const pollMs = 10

export type Measured = {
  /** Completed in the measured time, a second. */
  perSecond: number
  completed: number
  /** All that were run, also before and after that time. */
  steps: number
  /** Other answers than the expected one: these are not counted, and a bench with any of them is worth nothing. */
  wrong: number
}

/** One step of a simulated client; true when it ended as it should. */
export type Step = (connection: Connection) => Promise<boolean>

/**
 * Runs `step` again and again on each of so many connections (closed loop) and counts how many end well within the
 * measured time. What is in flight at its end is finished before this returns.
 */
export async function load(
  address: Address,
  connections: number,
  seconds: number,
  step: Step,
): Promise<Measured> {
  const open = Array.from({ length: connections }, () => new Connection(address))
  const ended = { right: 0, wrong: 0 }
  let stopped = false
  const loops = open.map(async (connection) => {
    while (!stopped) ended[(await step(connection)) ? 'right' : 'wrong'] += 1
  })
  const broken = Promise.all(loops).then(() => {})
  broken.catch(() => {})
  const steps = () => ended.right + ended.wrong
  const until = async (isOver: (sinceMs: number) => boolean) => {
    const since = performance.now()
    while (!isOver(performance.now() - since)) await Promise.race([sleep(pollMs), broken])
  }
  try {
    await until((ms) => steps() >= connections || ms > longestLeadInMs)
    const begun = performance.now()
    const before = { ...ended, steps: steps() }
    await until((ms) => {
      const enough = steps() - before.steps >= 2 * connections || ms >= mostStretch * 1000 * seconds
      return ms >= 1000 * seconds && enough
    })
    const tookSeconds = (performance.now() - begun) / 1000
    const completed = ended.right - before.right
    stopped = true
    await broken
    return { perSecond: completed / tookSeconds, completed, steps: steps(), wrong: ended.wrong }
  } finally {
    stopped = true
    for (const connection of open) connection.close()
  }
}

/** A step that sends one request and knows its answer by the status and a piece of the body. */
export const oneRequest =
  (request: () => string, expected: { status: number; contains?: string }): Step =>
  async (connection) =>
    isExpected(await connection.send(request()), expected)

const isExpected = ({ status, body }: Answer, expected: { status: number; contains?: string }): boolean =>
  status === expected.status && (!expected.contains || body.includes(expected.contains))
