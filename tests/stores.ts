import { closeRedis, createRedis } from '../db/redis'
import { startCuttingProxy } from './cutting-proxy'
import { startRestGateway } from './rest-gateway'

/** Where the tests' own Redis listens; the test run starts one and sets this. */
export function testRedisUrl(): string {
  const url = process.env.TEST_REDIS_URL
  if (!url) throw new Error('TEST_REDIS_URL is not set: run the tests with `npm test`.')
  return url
}

export const transports = ['TCP', 'REST'] as const

/** A client of the tests' Redis over one transport, with a proxy on the way that can lose replies. */
export async function openRedis(transport: (typeof transports)[number]) {
  const target = new URL(testRedisUrl())
  if (transport === 'TCP') {
    const proxy = await startCuttingProxy({ host: target.hostname, port: Number(target.port) })
    target.host = `127.0.0.1:${proxy.port}`
    return opened(createRedis({ redisUrl: target.href }), proxy)
  }
  const token = 'a-token-for-tests'
  const gateway = await startRestGateway({ redisUrl: target.href, token })
  const { hostname, port } = new URL(gateway.url)
  const proxy = await startCuttingProxy({ host: hostname, port: Number(port) })
  const redis = createRedis({ restUrl: `http://127.0.0.1:${proxy.port}`, restToken: token })
  return opened(redis, proxy, gateway.close)
}

type Proxy = Awaited<ReturnType<typeof startCuttingProxy>>

function opened(redis: ReturnType<typeof createRedis>, proxy: Proxy, closeGateway?: () => Promise<void>) {
  return {
    redis,
    proxy,
    async close() {
      closeRedis(redis)
      await proxy.close()
      await closeGateway?.()
    },
  }
}
