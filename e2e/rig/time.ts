import { availableParallelism, loadavg } from 'node:os'
import { expect, type Locator } from '@playwright/test'
import { secondsIn } from './steps'

/**
 * Waits until something is there, and answers how many milliseconds after `moment` that was. What asking this browser
 * takes on this machine, measured right after, does not count.
 */
export async function lateness(awaited: Locator, moment: number): Promise<number> {
  await awaited.waitFor({ timeout: 30_000 })
  const seen = Date.now()
  await awaited.page().evaluate(() => 0)
  return seen - moment - 2 * (Date.now() - seen)
}

/** A bound in milliseconds. Where more than two processes a core want to run, everything takes that much longer. */
export function within(ms: number): number {
  const perCore = (loadavg()[0] ?? 0) / availableParallelism()
  return ms * Math.max(1, perCore / 2)
}

/** Asserts that a countdown shows what is left until `deadline` to within a second, however long reading it takes. */
export async function expectCountdown(countdown: Locator, deadline: number): Promise<void> {
  await expect(async () => {
    const from = Date.now()
    const shown = secondsIn(await countdown.textContent({ timeout: 1_000 }))
    expect(shown).toBeLessThanOrEqual(Math.ceil((deadline - from) / 1000) + 1)
    expect(shown).toBeGreaterThanOrEqual(Math.ceil((deadline - Date.now()) / 1000) - 1)
  }, 'the countdown is within a second of the server’s clock').toPass({ timeout: 5_000, intervals: [100] })
}
