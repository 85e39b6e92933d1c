import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** The sockets of a killed process close a little after it is gone, when the last of its threads has ended. */
const closingMs = 2_000

function canListen(port: number, host?: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen({ port, ...(host && { host }) }, () => probe.close(() => resolve(true)))
  })
}

/**
 * True when this process can listen there now or as soon as a killed one is gone for good. Without a host: on every
 * address, as the shop itself does.
 */
export async function isPortFree(port: number, host?: string): Promise<boolean> {
  for (const until = Date.now() + closingMs; !(await canListen(port, host)); await sleep(50)) {
    if (Date.now() > until) return false
  }
  return true
}

/**
 * A free loopback port. It lies below the range from which systems take the ports of outgoing connections: there, a
 * client that keeps knocking while its server is down can end up occupying the server's own port.
 */
export async function choosePort(): Promise<number> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const port = randomInt(20_000, 32_000)
    if (await canListen(port, '127.0.0.1')) return port
  }
  throw new Error('No free port was found on 127.0.0.1 between 20000 and 32000.')
}
