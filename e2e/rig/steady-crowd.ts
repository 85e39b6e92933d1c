import { Agent, type IncomingMessage, request } from 'node:http'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Cart } from '../../lib/contract'
import type { SaleRecord } from '../../lib/sales/record'
import { newBuyer } from '../../lib/web/identity'
import { itemOf } from '../../tests/shop'

/** What a shopper did not get, and why. */
export type Miss = { what: string; why: string }

export type SteadyCrowd = {
  misses: Miss[]
  /** The units that each buyer was told to have. */
  holds: Map<string, number[]>
  answered(): number
  stop(): Promise<void>
}

/** Long enough to leave the processors something for the server, which starts new processes meanwhile. */
const thinkMs = 100

/**
 * Shoppers on one kept-alive connection each, one request after the other: each time round somebody new opens a page and
 * a file of it, looks at the stock, takes a unit and reads the cart. `origin` is where they go, `secret` signs them.
 */
export function startSteadyCrowd(
  origin: string,
  secret: string,
  sale: SaleRecord,
  shoppers: number,
): SteadyCrowd {
  const misses: Miss[] = []
  const holds = new Map<string, number[]>()
  let answered = 0
  let going = true

  async function shop(agent: Agent): Promise<void> {
    const { buyerId, token } = newBuyer(secret)
    const ask = async (method: string, path: string, body?: object) => {
      if (!going) return undefined
      const what = `${method} ${path}`
      try {
        const { status, said } = await send(agent, origin, method, path, token, body)
        answered += 1
        if (status === 200) return said
        misses.push({ what, why: `${status} ${said.slice(0, 200)}` })
      } catch (error) {
        misses.push({ what, why: (error as NodeJS.ErrnoException).code ?? (error as Error).message })
      }
      return undefined
    }
    const page = await ask('GET', `/sales/${sale.slug}`)
    const asset = page && /\/_next\/static\/[\w./~-]+\.js/.exec(page)?.[0]
    if (asset) await ask('GET', asset)
    await ask('GET', `/api/v1/sales/${sale.slug}/live`)
    const taken = await ask('PUT', `/api/v1/sales/${sale.slug}/cart/items/${itemOf(sale)}`, { quantity: 1 })
    // Nobody knows whether there is a cart after an answer that was lost.
    if (!taken) return
    holds.set(
      buyerId,
      (JSON.parse(taken) as Cart).lines.flatMap(({ units }) => units),
    )
    await ask('GET', `/api/v1/sales/${sale.slug}/cart`)
  }

  const all = Array.from({ length: shoppers }, async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    while (going) {
      await shop(agent)
      await sleep(thinkMs)
    }
    agent.destroy()
  })
  return {
    misses,
    holds,
    answered: () => answered,
    async stop() {
      going = false
      await Promise.all(all)
    },
  }
}

function send(
  agent: Agent,
  origin: string,
  method: string,
  path: string,
  token: string,
  body?: object,
): Promise<{ status: number; said: string }> {
  const payload = body && JSON.stringify(body)
  const headers = {
    authorization: `Bearer ${token}`,
    ...(payload && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(payload) }),
  }
  return new Promise((resolve, reject) => {
    const sent = request(new URL(path, origin), { method, headers, agent }, (response: IncomingMessage) =>
      text(response).then((said) => resolve({ status: response.statusCode ?? 0, said }), reject),
    )
    sent.on('error', reject)
    sent.end(payload)
  })
}
