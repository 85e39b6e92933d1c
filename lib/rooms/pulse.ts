import { runScript } from '../../db/define-script'
import { serverKeys } from '../../db/keys'
import { config } from '../config'
import type { Context } from '../context'
import { beatScript, latestScript } from './pulse.lua'

const { pulseSeconds: seconds } = config.room

/** Tells the rooms how late the event loop of this server process is, in ms. Believed for `pulseSeconds`. */
export async function beat(
  { redis }: Pick<Context, 'redis'>,
  { process, lateMs }: { process: string; lateMs: number },
): Promise<void> {
  await runScript(redis, beatScript, serverKeys, { process, lateMs: Math.round(lateMs), seconds })
}

/** How late the latest of all server processes is, in ms; 0 when none has said anything for a while. */
export async function readLateness({ redis }: Pick<Context, 'redis'>): Promise<number> {
  return (await runScript(redis, latestScript, serverKeys, { seconds })).lateMs
}
