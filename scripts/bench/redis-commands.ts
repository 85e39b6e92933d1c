import { setTimeout as sleep } from 'node:timers/promises'
import type { Context } from '../../lib/context'
import { Connection } from './connection'
import { get } from './requests'

/** Calls that Redis has counted since its start, without the ones that ask for the count. */
async function count(ctx: Context) {
  const text = String(await ctx.redis.exec(['INFO', 'commandstats']))
  let calls = 0
  let scripts = 0
  for (const [, name, number] of text.matchAll(/^cmdstat_([a-z|_]+):calls=(\d+)/gm)) {
    if (name !== 'info') calls += Number(number)
    if (name === 'evalsha' || name === 'eval') scripts += Number(number)
  }
  return { calls, scripts }
}

/**
 * The commands that Redis runs while `work` does, with the scripts among them. Every path in `paths` is asked for once
 * a second meanwhile, so that what a process refreshes in the background runs alike in all windows.
 */
export async function countCommands<T>(ctx: Context, port: number, paths: string[], work: () => Promise<T>) {
  const connection = new Connection(port)
  const stop = new AbortController()
  const poll = async () => {
    for (const path of paths) await connection.send(get(path))
  }
  const polling = async () => {
    while (!stop.signal.aborted) {
      await poll()
      await sleep(1_000, undefined, { signal: stop.signal }).catch(() => {})
    }
  }
  await poll()
  const before = await count(ctx)
  const begun = performance.now()
  const polls = polling()
  const value = await work()
  stop.abort()
  await polls
  const seconds = (performance.now() - begun) / 1000
  const after = await count(ctx)
  connection.close()
  return {
    value,
    seconds,
    calls: after.calls - before.calls,
    scripts: after.scripts - before.scripts,
  }
}

type Window = { seconds: number; calls: number; scripts: number }

/**
 * How many commands a busy window had beyond what an idle one of its length has. One run of a refreshing script may
 * fall on either side of a window's end, and so may one reading of Redis' clock: that much says nothing.
 */
export function commandsBeyond(busy: Window, idle: Window): number {
  const perScript = idle.scripts > 0 ? Math.ceil(idle.calls / idle.scripts) : 0
  const expected = (idle.calls * busy.seconds) / idle.seconds
  const tolerated = 3 * perScript + 1
  return Math.max(0, Math.round(busy.calls - expected - tolerated))
}
