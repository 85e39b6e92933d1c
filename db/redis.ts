import { Redis, type Requester, type UpstashRequest, type UpstashResponse } from '@upstash/redis'
import { config } from '../lib/config'
import { named } from '../lib/named'
import { inBatches } from './rest-batches'
import { createTcpRequester } from './tcp-requester'

/**
 * No reply came, so nobody knows whether the command ran: a timeout, a lost connection, or an answer that is not
 * Redis' (HTML, 429, 5xx). Repeating a declarative script settles it. The message never holds the command.
 */
export class LostReply extends Error {
  override readonly name = 'LostReply'
  static override [Symbol.hasInstance] = named('LostReply')
  constructor(readonly why: string) {
    super(`no reply from Redis: ${why}`)
  }
}

/** These pass by themselves: a failover, a restart, a full memory or disk, a script that holds up the others. */
const passingCodes = new Set(
  'READONLY LOADING MASTERDOWN CLUSTERDOWN OOM BUSY TRYAGAIN MISCONF NOREPLICAS'.split(' '),
)

/** Redis ran into an error and said so. Only its code word is kept, since the text can hold arguments. */
export class RedisFault extends Error {
  override readonly name = 'RedisFault'
  static override [Symbol.hasInstance] = named('RedisFault')
  /** Whether the same command can succeed a moment later. */
  readonly retryable: boolean
  constructor(readonly code: string) {
    super(`Redis answered ${code}`)
    this.retryable = passingCodes.has(code)
  }
}

/** Either kind of trouble that a repetition may cure. */
export const isPassing = (error: unknown): error is LostReply | RedisFault =>
  error instanceof LostReply || (error instanceof RedisFault && error.retryable)

export type RedisSettings = {
  redisUrl?: string | undefined
  restUrl?: string | undefined
  restToken?: string | undefined
}

const tcpClosers = new WeakMap<Redis, () => void>()

/** The base class has no public way to give a custom transport its options. */
class TcpRedis extends Redis {
  constructor(requester: Requester) {
    super(requester)
    this.opts = { automaticDeserialization: false }
  }
}

/**
 * The Redis client of the shop: one API over TCP (`redisUrl`, which wins) or over Upstash's REST API. Every command is
 * sent at most once and ends within the command timeout, with its reply, a `RedisFault` or a `LostReply`.
 * Replies are as Redis gives them, so `hgetall` and `zrange … withScores` are flat arrays of strings, whatever their
 * types say. Commands that were issued together run in that order. A pipeline with a failed command throws
 * (`keepErrors` is not offered).
 */
export function createRedis(settings: RedisSettings): Redis {
  if (settings.redisUrl) {
    const requester = createTcpRequester(settings.redisUrl)
    const redis = new TcpRedis(requester)
    redis.use((request, next) => answered(next(request)))
    tcpClosers.set(redis, requester.close)
    return redis
  }
  if (!settings.restUrl || !settings.restToken) {
    throw new Error('REDIS_URL is needed, or UPSTASH_REDIS_REST_URL with UPSTASH_REDIS_REST_TOKEN')
  }
  const redis = new Redis({
    url: settings.restUrl,
    token: settings.restToken,
    automaticDeserialization: false,
    enableTelemetry: false,
    // Its batches keep writes and reads apart, which changes their order; `inBatches` does not.
    enableAutoPipelining: false,
    // Zero is the only value with which a command runs once.
    retry: { retries: 0 },
    // A function, because a signal that is given as a value turns a timeout into a success.
    signal: () => AbortSignal.timeout(config.redis.commandTimeoutMs),
  })
  let inBatch: ReturnType<typeof inBatches> | undefined
  redis.use((request, next) => {
    inBatch ??= inBatches(next as (request: UpstashRequest) => Promise<unknown>)
    return answered(request.path?.length ? next(request) : inBatch(request))
  })
  return redis
}

/** Ends the TCP connection; commands that are on their way end in `LostReply`. Over REST there is nothing to close. */
export function closeRedis(redis: Redis): void {
  tcpClosers.get(redis)?.()
}

async function answered<T>(reply: Promise<UpstashResponse<T>>): Promise<UpstashResponse<T>> {
  let answer: UpstashResponse<T> | UpstashResponse<T>[]
  try {
    answer = await reply
  } catch (error) {
    throw new LostReply(whyLost(error))
  }
  const text = Array.isArray(answer) ? answer.find((each) => each.error)?.error : answer.error
  if (text) throw new RedisFault(codeIn(text) ?? 'ERR')
  return answer as UpstashResponse<T>
}

/** Error replies begin with a code word in capitals, by convention; scripts can break it. */
const codeIn = (text: string) => /^[A-Z][A-Z0-9_]+(?= |$)/.exec(text)?.[0]

/** A word or two for the log: transports put whole commands into their messages, so none of these are passed on. */
function whyLost(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown'
  if (error.name === 'TimeoutError' || error.message === 'Command timed out') return 'timeout'
  if (error.name === 'UpstashJSONParseError') return 'not JSON'
  if (error.name === 'UpstashError') return codeIn(error.message) ?? 'refused over HTTP'
  const { code } = (error.cause ?? error) as NodeJS.ErrnoException
  return code ?? 'connection lost'
}
