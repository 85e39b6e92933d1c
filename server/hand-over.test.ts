import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { expect, test } from 'vitest'
import { config } from '../lib/config'
import { createHandOver } from './hand-over'

test('connections that gave up while no process served leave their places to the next, and keep nobody waiting', async () => {
  const server = createServer({ pauseOnConnect: true })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const handOver = createHandOver()
  const accepted: Socket[] = []
  const clients: Socket[] = []
  async function arrive(): Promise<Socket> {
    const [[socket]] = await Promise.all([
      once(server, 'connection') as Promise<[Socket]>,
      new Promise<void>((resolve) => clients.push(connect(port, '127.0.0.1', resolve))),
    ])
    handOver.accept(socket)
    accepted.push(socket)
    return socket
  }
  while (accepted.length < config.server.mostWaiting) await arrive()
  expect((await arrive()).destroyed, 'one more than may wait').toBe(true)
  const gone = accepted.map((socket) => socket.closed || once(socket, 'close'))
  // As the bound of their wait does.
  for (const socket of accepted) socket.destroy()
  await handOver.empty()
  await Promise.all(gone)
  expect((await arrive()).destroyed, 'after those that are gone').toBe(false)
  for (const socket of [...accepted, ...clients]) socket.destroy()
  server.close()
})
