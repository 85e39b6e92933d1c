import type { Redis } from '@upstash/redis'
import { z } from 'zod'
import { config } from '../lib/config'
import { assertLuaNames } from './lua-names'
import { LostReply, RedisFault } from './redis'
import { estimateRedisNow } from './redis-clock'
import { isTooLate, repeat } from './repeat'
import { keyLockingFlag, sha1 } from './tcp-requester'

type ArgKind = 'string' | 'number' | 'json'
type ArgKinds = Record<string, ArgKind>
type ArgType = { string: string; number: number; json: object }

/** What the caller of a script gives: every declared argument but `notAfterMs`, which `runScript` fills in. */
type ArgsOf<Args extends ArgKinds> = {
  [Name in keyof Args as Exclude<Name, 'notAfterMs'>]: ArgType[Args[Name]]
}

export type Script<Key extends string, Args extends ArgKinds, Reply> = {
  name: string
  keys: readonly Key[]
  args: Args
  /** `args` in the order of ARGV. */
  argv: readonly [name: string, kind: ArgKind][]
  reply: z.ZodType<Reply>
  source: string
  sha: string
}

type Declaration<Key extends string, Args extends ArgKinds, Reply> = {
  name: string
  /** Names from the key table, also the Lua locals that hold the keys. A script touches no other key. */
  keys: readonly Key[]
  /** Lua locals: a `number` went through `tonumber`, a `json` through `cjson.decode`. */
  args: Args
  /** Lua shared with other scripts: local functions, which may use the locals that the script declares. */
  uses?: readonly string[]
  /** Checks everything, then writes everything, and ends with `return cjson.encode({…})`. */
  body: string
  reply: z.ZodType<Reply>
}

/**
 * Declares one atomic step in Redis. It must be declarative, so that running it again changes nothing (I5): a lost
 * reply makes `runScript` repeat it. What cjson does to replies: an empty table is always `{}` (read it with
 * `luaArray`), a nil field is absent, numbers keep 14 digits (longer ones go as strings), and a JSON null among the
 * arguments is `cjson.null`, which Lua takes for true. Throws at once if a name can't be a Lua local.
 */
export function defineScript<const Key extends string, const Args extends ArgKinds, Reply>(
  declaration: Declaration<Key, Args, Reply>,
): Script<Key, Args, Reply> {
  const { name, keys, args, uses = [], body, reply } = declaration
  assertLuaNames(name, [...keys, ...Object.keys(args)])
  const argv = Object.entries(args)
  const source = [
    keyLockingFlag,
    ...keys.map((key, index) => `local ${key} = KEYS[${index + 1}]`),
    ...argv.map(([arg, kind], index) => `local ${arg} = ${fromLua(kind, `ARGV[${index + 1}]`)}`),
    ...uses,
    body,
  ].join('\n')
  return { name, keys, args, argv, reply, source, sha: sha1(source) }
}

function fromLua(kind: ArgKind, value: string): string {
  return kind === 'string' ? value : `${kind === 'number' ? 'tonumber' : 'cjson.decode'}(${value})`
}

/**
 * Runs a script and returns its reply. `keysOf` may name more keys than the script declares. After a lost reply or an
 * error that passes by itself the same call is made again, with the same `notAfterMs`: on Redis' clock, the moment at
 * which this call has certainly given up. Throws `LostReply` once the attempts or the budget of `config.redis` are used
 * up (nobody knows whether the script ran), `RedisFault` for errors that stay, and an error for a reply that has not
 * its declared shape.
 */
export async function runScript<Key extends string, Args extends ArgKinds, Reply>(
  redis: Redis,
  script: Script<Key, Args, Reply>,
  keysOf: Record<NoInfer<Key>, string>,
  args: NoInfer<ArgsOf<Args>>,
): Promise<Reply> {
  const deadline = performance.now() + config.redis.mutationBudgetMs
  let notAfterMs: number | undefined
  if ('notAfterMs' in script.args) {
    const redisNow = await repeat(redis, deadline, () => estimateRedisNow(redis))
    notAfterMs = Math.floor(redisNow + deadline - performance.now())
  }
  const values: Record<string, unknown> = { ...args, notAfterMs }
  const keys = script.keys.map((key) => keysOf[key])
  const argv = script.argv.map(([arg, kind]) => encode(script.name, arg, kind, values[arg]))
  return parseReply(script, await repeat(redis, deadline, () => send(redis, script, keys, argv, deadline)))
}

function encode(script: string, arg: string, kind: ArgKind, value: unknown): string {
  if (kind === 'json') return JSON.stringify(value)
  // Lua would read "NaN" and "Infinity" as numbers that compare oddly.
  if (kind === 'number' && !Number.isFinite(value))
    throw new TypeError(`Script ${script}: ${arg} is no number.`)
  return String(value)
}

/** A restarted or promoted Redis knows no scripts: then the source is sent, which it keeps. */
async function send(
  redis: Redis,
  script: { source: string; sha: string },
  keys: string[],
  argv: string[],
  deadline: number,
): Promise<unknown> {
  try {
    return await redis.evalsha(script.sha, keys, argv)
  } catch (error) {
    if (!(error instanceof RedisFault && error.code === 'NOSCRIPT')) throw error
    if (isTooLate(deadline)) throw new LostReply('timeout')
    return redis.eval(script.source, keys, argv)
  }
}

function parseReply<Reply>(script: { name: string; reply: z.ZodType<Reply> }, raw: unknown): Reply {
  const parsed = script.reply.safeParse(parseJson(raw))
  if (parsed.success) return parsed.data
  // Where, but not what: replies hold personal data.
  const places = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'all of it'} (${issue.code})`)
  throw new Error(`The reply of script ${script.name} has not its declared shape: ${places.join(', ')}.`)
}

function parseJson(raw: unknown): unknown {
  try {
    return JSON.parse(String(raw))
  } catch {
    return undefined
  }
}

/** A list in a script's reply. cjson can't tell an empty list from an empty object and writes `{}` for both. */
export const luaArray = <Item extends z.ZodType>(item: Item) =>
  z.preprocess((value) => (isEmptyObject(value) ? [] : value), z.array(item))

const isEmptyObject = (value: unknown) =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length === 0
