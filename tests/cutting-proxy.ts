import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/**
 * A TCP proxy that stands between a client and Redis, or a client and the REST gateway, and loses what a network loses.
 */
export async function startCuttingProxy(target: { host: string; port: number }) {
  let mode: 'pass' | 'refuse' | 'stall' = 'pass'
  let cuts = 0
  const sockets = new Set<Socket>()
  const mute = new WeakSet<Socket>()

  const server = createServer((client) => {
    if (mode === 'refuse') return client.destroy()
    const upstream = connect(target)
    let doomed = false
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from)
      from.on('error', () => to.destroy())
      from.on('close', () => {
        sockets.delete(from)
        to.destroy()
      })
    }
    client.on('data', (sent) => {
      // Only scripts are cut, so that a client's greeting after it connected again does not use a cut up.
      if (cuts > 0 && !doomed && /eval/i.test(sent.toString('latin1'))) {
        cuts -= 1
        doomed = true
      }
      upstream.write(sent)
    })
    upstream.on('data', (reply) => {
      if (doomed) client.destroy()
      else if (mode === 'pass' && !mute.has(client)) client.write(reply)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))

  function dropConnections() {
    for (const socket of sockets) socket.destroy()
  }

  return {
    port: (server.address() as AddressInfo).port,
    /** The next `count` scripts run, and the connection closes before their reply arrives. */
    cutNextReply(count = 1) {
      cuts = count
    },
    /** From now on the server seems to be down: connections are closed, also new ones. */
    refuse() {
      mode = 'refuse'
      dropConnections()
    },
    /** From now on the server seems to hang: requests go through and no reply arrives. */
    stall() {
      mode = 'stall'
    },
    /** The connections there are never carry a reply again, as if their other end had vanished; new ones work. */
    mute() {
      for (const socket of sockets) mute.add(socket)
    },
    /** Ends `refuse` and `stall`. Connections that missed replies are closed. */
    pass() {
      if (mode === 'stall') dropConnections()
      mode = 'pass'
    },
    async close() {
      dropConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
