import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'

export type StandIn = { address: string; requests: IncomingMessage[]; stop(): void }

/** A server in place of the shop's that answers as the test says, once the whole request has arrived. */
export async function startStandIn(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<StandIn> {
  const requests: IncomingMessage[] = []
  const server = createServer(async (request, response) => {
    await buffer(request)
    requests.push(request)
    answer(request, response)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  return {
    address: `127.0.0.1:${port}`,
    requests,
    stop() {
      server.close()
      server.closeAllConnections()
    },
  }
}
