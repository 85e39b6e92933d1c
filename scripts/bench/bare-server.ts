/**
 * What Node alone costs: an HTTP server that runs the reserve script with the shop's own Redis client, and nothing
 * else. No identity, no limits, no checks of what it is sent: a yardstick, not a way to sell anything.
 */
import { createServer } from 'node:http'
import { runScript } from '../../db/define-script'
import { saleKeys } from '../../db/keys'
import { createRedis } from '../../db/redis'
import { config } from '../../lib/config'
import { reserveScript } from '../../lib/holds/reserve.lua'
import { newHoldId } from '../../lib/id'

const redis = createRedis({ redisUrl: process.env.REDIS_URL })

type Wish = { saleId: string; epoch: string; itemId: string; buyer: string; quantity: number }

const reserve = ({ saleId, epoch, itemId, buyer, quantity }: Wish) =>
  runScript(redis, reserveScript, saleKeys(saleId), {
    ...{ epoch, buyer, itemId, quantity, newHoldId: newHoldId(), ifVersion: -1 },
    reclaimMost: config.hold.reclaimPerReserve,
  })

createServer(async (request, response) => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  if (request.method === 'GET') return response.end()
  try {
    const reply = await reserve(JSON.parse(Buffer.concat(chunks).toString()) as Wish)
    const body = JSON.stringify(reply)
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) })
    response.end(body)
  } catch (error) {
    response.writeHead(500).end(String(error))
  }
}).listen(Number(process.env.BARE_PORT), '127.0.0.1')

process.on('SIGTERM', () => process.exit(0))
process.on('disconnect', () => process.exit(0))
