import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { cartSchema, orderSchema, paymentSchema } from '../../lib/contract'
import { newBuyer } from '../../lib/web/identity'
import { itemOf } from '../../tests/shop'
import { buyerOf, granted, test } from '../rig/api'
import { type Beside, startBeside } from '../rig/beside'
import { call } from '../rig/call'
import { expect } from '../rig/test'

/** More than this are never there at once; the shoppers of this file need one or two. */
const mostConnections = 400

let server: Beside
test.beforeAll(async () => {
  const settings = { SLOW_CLIENT_SECONDS: '3', MAX_CONNECTIONS: String(mostConnections) }
  server = await startBeside('slow-clients', settings)
})
test.afterAll(() => server?.stop())

async function open(begun: string, drop?: string): Promise<Socket> {
  const socket = connect(server.port, '127.0.0.1')
  socket.on('error', () => {}).resume()
  await once(socket, 'connect')
  socket.write(begun)
  const timer = drop === undefined ? undefined : setInterval(() => socket.write(drop), 100)
  socket.once('close', () => clearInterval(timer))
  return socket
}

const times = <T>(count: number, make: () => Promise<T>) => Promise.all(Array.from({ length: count }, make))
/** However it ends: `once` would take a reset for a failure. */
const closed = (socket: Socket) => socket.destroyed || new Promise((resolve) => socket.once('close', resolve))

test('29: while hundreds drip headers and bodies or say nothing, a shopper buys; all of them are cut off', async ({
  mint,
  settings,
}) => {
  const sale = await mint()
  const { buyerId, token } = newBuyer(settings.APP_SECRET)
  const head = `HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\n`
  const put = `PUT /api/v1/sales/${sale.slug}/cart/items/${itemOf(sale)} ${head}Content-Type: application/json\r\n`
  const slow = await Promise.all([
    times(100, () => open(`GET /livez ${head}X-Slow: `, 'x')),
    times(100, () => open(`${put}Content-Length: 1000\r\n\r\n{`, ' ')),
    times(100, () => open('')),
  ])
  const buyer = buyerOf((path, options) => call(server.url, path, options), { buyerId, token })
  granted(await buyer.reserve(sale, 1), cartSchema)
  const order = granted(await buyer.order(sale), orderSchema, 201)
  expect(granted(await buyer.pay(order.id), paymentSchema)).toEqual({ state: 'paid' })
  await Promise.all(slow.flat().map(closed))
})

test('29: thousands of idle connections make room for whoever comes', async () => {
  // Some of its own are there too: probes, and what it says to itself.
  const asked = await times(mostConnections - 100, () =>
    open('GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n'),
  )
  await expect.poll(() => asked.filter((socket) => socket.bytesRead === 0).length).toBe(0)
  const more = await times(3 * mostConnections, () => open('GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n'))
  const answers = async () => (await call(server.url, '/livez').catch(() => undefined))?.status
  await expect.poll(answers, { intervals: [50] }).toBe(200)
  for (const socket of [...asked, ...more]) socket.destroy()
})
