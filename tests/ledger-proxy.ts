import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/**
 * A TCP proxy in front of PostgreSQL. Besides being down it can lose a statement that commits: before the ledger hears
 * of it, or after the ledger did it and before anybody hears of that.
 */
export async function startLedgerProxy(target: { host: string; port: number }) {
  let mode: 'pass' | 'hang_up' | 'stall' = 'pass'
  let cut: { when: 'before' | 'after'; text: string; left: number } | undefined
  const sockets = new Set<Socket>()

  const server = createServer((client) => {
    if (mode === 'hang_up') return client.destroy()
    const upstream = connect(target)
    let doomed = false
    // The driver prepares a statement once a connection, under a name, and sends only that from then on.
    const texts = new Map<string, string>()
    const remember = (sent: string) => {
      for (const [, name = '', text = ''] of sent.matchAll(/([\da-z]+)\0([^\0]+)\0/g)) {
        if (!texts.has(name)) texts.set(name, text)
      }
    }
    const holds = (sent: string, text: string) =>
      [...texts].some(([name, known]) => known.startsWith(text) && sent.includes(`${name}\0`))
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
      remember(sent.toString('latin1'))
      if (cut && holds(sent.toString('latin1'), cut.text)) {
        cut.left -= 1
        if (cut.left === 0) {
          const { when } = cut
          cut = undefined
          if (when === 'before') return client.destroy()
          doomed = true
        }
      }
      upstream.write(sent)
    })
    upstream.on('data', (reply) => {
      // The ledger's answer is here, so it is done.
      if (doomed) client.destroy()
      else if (mode === 'pass') client.write(reply)
    })
  })
  const listen = (port: number) => new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  await listen(0)
  const { port } = server.address() as AddressInfo

  const drop = () => {
    for (const socket of sockets) socket.destroy()
  }

  return {
    port,
    /**
     * The `nth` COMMIT from now gets lost on its way to the ledger, or its answer on the way back; or the `nth`
     * statement that begins with this text and commits by itself.
     */
    loseCommit(when: 'before' | 'after', nth = 1, text = 'commit') {
      cut = { when, text, left: nth }
    },
    /** Answers whether what was to get lost came, and forgets about it. */
    lostIt() {
      const lost = cut === undefined
      cut = undefined
      return lost
    },
    /** From now on nobody listens there, as after a crash of the ledger. */
    async refuse() {
      const closed = new Promise((resolve) => server.close(resolve))
      drop()
      await closed
    },
    /** From now on connections are taken and closed, as a load balancer does whose ledger is gone. */
    hangUp() {
      mode = 'hang_up'
      drop()
    },
    /** From now on the ledger seems to hang: statements go through and no reply arrives. */
    stall() {
      mode = 'stall'
    },
    /** Ends all of that. */
    async pass() {
      if (mode === 'stall') drop()
      mode = 'pass'
      if (!server.listening) await listen(port)
    },
    async close() {
      drop()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** The same address, by way of a proxy. */
export function through(url: string, port: number): string {
  const proxied = new URL(url)
  proxied.host = `127.0.0.1:${port}`
  return proxied.href
}
