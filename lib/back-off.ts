const firstDelayMs = 100
const longestDelayMs = 5_000
/** A process that lived this long was healthy: its next restart is immediate again. */
const healthyMs = 10_000

/**
 * How long to wait before a process that ended is started again: hardly at all, but longer each time it ended soon
 * after its start. The answer counts as a restart.
 */
export function createBackOff(): (livedMs: number) => number {
  let delayMs = firstDelayMs
  return (livedMs) => {
    if (livedMs > healthyMs) delayMs = firstDelayMs
    const wait = delayMs
    delayMs = Math.min(delayMs * 2, longestDelayMs)
    return wait
  }
}
