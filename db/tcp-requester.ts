import { createHash } from 'node:crypto'
import type { Requester, UpstashRequest } from '@upstash/redis'
import { ReplyError, Redis as TcpClient } from 'ioredis'
import { config } from '../lib/config'

/** What Upstash wants at the head of a script that touches only its declared keys; Redis itself refuses the flag. */
export const keyLockingFlag = '#!lua flags=allow-key-locking'

/** Half a second of traffic at full speed. Beyond it Redis has stopped, and more waiting would only cost memory. */
const maxInFlight = 50_000

const longestReconnectMs = 500

type Command = (string | number)[]
type Answer = { result: unknown } | { error: string }

export type TcpRequester = Requester & { close(): void }

/**
 * The transport of `@upstash/redis` over TCP, for `redis://` and `rediss://` URLs. It answers in the shapes of the REST
 * API, with Redis' error replies as `{error}`. Whatever else goes wrong (no connection, no reply within the command
 * timeout, too many commands in flight) is thrown, and then nobody knows whether the command ran. It connects again by
 * itself within half a second of Redis being back, and never sends a command a second time.
 */
export function createTcpRequester(url: string): TcpRequester {
  const client = new TcpClient(url, {
    // RESP3 changes the shapes of some replies.
    protocol: 2,
    commandTimeout: config.redis.commandTimeoutMs,
    connectTimeout: 2 * config.redis.commandTimeoutMs,
    // A peer that vanished without closing its socket would otherwise be waited for until TCP gives up: many minutes.
    socketTimeout: 2 * config.redis.commandTimeoutMs,
    autoResendUnfulfilledCommands: false,
    // Zero rejects everything that waits as soon as the connection closes. With any other number, a command that was
    // sent before a quick reconnect is neither resent nor rejected until its timeout.
    maxRetriesPerRequest: 0,
    retryStrategy: (attempt) => Math.min(attempt * 50, longestReconnectMs) * (0.5 + Math.random() / 2),
    // The address of a failed-over primary may lead to the old one, now a replica: look again where it leads.
    reconnectOnError: (error) => error.message.startsWith('READONLY'),
    disableClientInfo: true,
  })
  // Without a listener ioredis prints every failed attempt. Callers learn of it from their own commands.
  client.on('error', () => {})

  const plainShas = new Map<string, string>()
  let inFlight = 0
  let corked = false

  /** Sends everything that one turn of the event loop asks for in one piece: a crowd's commands share a system call. */
  function cork() {
    if (corked) return
    const { stream } = client
    if (!stream) return
    corked = true
    stream.cork()
    setImmediate(() => {
      corked = false
      stream.uncork()
    })
  }

  async function request({ path, body }: UpstashRequest): Promise<Answer | Answer[]> {
    if (inFlight >= maxInFlight) throw new Error('too many commands are waiting')
    inFlight += 1
    cork()
    try {
      if (path === undefined || path.length === 0) return await runOne(body as Command)
      if (path[0] === 'pipeline') return await runMany(body as Command[], false)
      if (path[0] === 'multi-exec') return await runMany(body as Command[], true)
    } finally {
      inFlight -= 1
    }
    throw new Error(`${path[0]} works over REST only`)
  }

  async function runOne(command: Command): Promise<Answer> {
    const [name, ...args] = forRedis(command, plainShas)
    try {
      return { result: await client.call(name, args) }
    } catch (error) {
      return errorAnswer(error)
    }
  }

  async function runMany(commands: Command[], atomic: boolean): Promise<Answer | Answer[]> {
    const batch = atomic ? client.multi() : client.pipeline()
    for (const command of commands) {
      const [name, ...args] = forRedis(command, plainShas)
      batch.call(name, args)
    }
    try {
      const replies = (await batch.exec()) ?? []
      return replies.map(([error, result]) => (error ? errorAnswer(error) : { result }))
    } catch (error) {
      return errorAnswer(error)
    }
  }

  return { request: request as Requester['request'], close: () => client.disconnect() }
}

function errorAnswer(error: unknown): Answer {
  if (error instanceof ReplyError) return { error: (error as Error).message }
  throw error
}

/**
 * The command as Redis takes it. Its name goes in capitals, because ioredis reshapes the replies of some commands
 * (`hgetall`), which it knows by their small letters. A flagged script loses its flag, and so gets another SHA: the
 * first EVAL teaches which one, and until then an EVALSHA with the old one ends in NOSCRIPT, upon which every caller
 * sends the EVAL.
 */
function forRedis([word, ...args]: Command, plainShas: Map<string, string>): [string, ...Command] {
  const name = String(word).toUpperCase()
  const at = scriptAt[name]
  if (at === undefined) return [name, ...args]
  const script = String(args[at])
  if (name.startsWith('EVALSHA')) return [name, ...args.with(at, plainShas.get(script) ?? script)]
  if (!script.startsWith(keyLockingFlag)) return [name, ...args]
  const plain = script.slice(keyLockingFlag.length)
  plainShas.set(sha1(script), sha1(plain))
  return [name, ...args.with(at, plain)]
}

/** Which argument of these commands is a script or its SHA. */
const scriptAt: Record<string, number> = { EVAL: 0, EVAL_RO: 0, EVALSHA: 0, EVALSHA_RO: 0, SCRIPT: 1 }

/** The name under which Redis caches a script. */
export function sha1(source: string): string {
  return createHash('sha1').update(source).digest('hex')
}
