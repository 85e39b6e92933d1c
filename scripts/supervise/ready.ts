import { setTimeout as sleep } from 'node:timers/promises'
import { say } from './say'

const pollMs = 100
const patienceMs = 30_000

/** Waits until the server says that it and its stores are ready. Tells once in a while that it still waits. */
export async function untilReady(port: number, signal: AbortSignal): Promise<void> {
  for (let told = Date.now(); !signal.aborted; await sleep(pollMs)) {
    const status = await fetch(`http://127.0.0.1:${port}/readyz`, {
      signal: AbortSignal.timeout(5_000),
    }).then(
      (response) => response.status,
      () => 0,
    )
    if (status === 200) return
    if (Date.now() - told > patienceMs) {
      told = Date.now()
      say(status ? `still waiting: /readyz answers ${status}` : 'still waiting for the server to answer')
    }
  }
}
