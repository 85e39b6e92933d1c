import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { boundConnections, requestBounds } from './connections'

const closers: (() => void)[] = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

const answerWhenRead: RequestListener = (request, response) =>
  request.resume().once('end', () => response.end('ok'))

async function serve(bounds: Parameters<typeof boundConnections>[1]): Promise<number> {
  const server = createServer(requestBounds(bounds), answerWhenRead)
  boundConnections(server, bounds)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  closers.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

/** Somebody who sends this, and then a byte now and then. */
async function drip(port: number, begun: string, drop?: string): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => {}).resume()
  await once(socket, 'connect')
  socket.write(begun)
  const timer = drop && setInterval(() => socket.write(drop), 50)
  socket.once('close', () => clearInterval(timer || undefined))
  closers.push(() => socket.destroy())
  return socket
}

const answers = (port: number) =>
  fetch(`http://127.0.0.1:${port}/`, { headers: { connection: 'close' } }).then(
    ({ status }) => status === 200,
    () => false,
  )

const head = 'HTTP/1.1\r\nHost: localhost\r\n'

test('29: who drips a header, drips a body or sends nothing is cut off, and meanwhile others are answered', async () => {
  const port = await serve({ MAX_CONNECTIONS: 5_000, SLOW_CLIENT_SECONDS: 1 })
  const kinds = [
    () => drip(port, `GET / ${head}X-Slow: `, 'x'),
    () => drip(port, `POST / ${head}Content-Length: 1000\r\n\r\n{`, 'x'),
    () => drip(port, ''),
  ]
  const slow = (await Promise.all(kinds.map((kind) => Promise.all(Array.from({ length: 100 }, kind))))).flat()
  expect(await answers(port)).toBe(true)
  await Promise.all(slow.map((socket) => socket.destroyed || once(socket, 'close')))
  expect(await answers(port)).toBe(true)
})

test('29: connections that wait for their next request make room when there are too many', async () => {
  const most = 200
  const port = await serve({ MAX_CONNECTIONS: most, SLOW_CLIENT_SECONDS: 60 })
  const asked = await Promise.all(Array.from({ length: most }, () => drip(port, `GET / ${head}\r\n`)))
  await expect.poll(() => asked.every((socket) => socket.bytesRead > 0)).toBe(true)
  // The first one is over, and is the reason why the idle ones go.
  expect(await answers(port)).toBe(false)
  expect(await answers(port)).toBe(true)
})

test('29: no more connections than the bound, however many come', async () => {
  const most = 100
  const port = await serve({ MAX_CONNECTIONS: most, SLOW_CLIENT_SECONDS: 60 })
  const many = await Promise.all(Array.from({ length: 5 * most }, () => drip(port, `GET / ${head}X-Slow: `)))
  await expect.poll(() => many.filter((socket) => !socket.destroyed).length).toBe(most)
})
