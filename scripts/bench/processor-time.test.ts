import { expect, test } from 'vitest'
import { canReadProcessorTime, processorMs } from './processor-time'

test.runIf(canReadProcessorTime)(
  'processor time is what a process has really worked, not how long it was there',
  async () => {
    const worked = () => (process.cpuUsage().user + process.cpuUsage().system) / 1_000
    const before = { system: processorMs([process.pid]), own: worked() }
    while (worked() - before.own < 300) {}
    const own = worked() - before.own
    const counted = processorMs([process.pid]) - before.system
    expect(Math.abs(counted / own - 1)).toBeLessThan(0.2)
    expect(processorMs([2 ** 30])).toBe(0)
  },
)
