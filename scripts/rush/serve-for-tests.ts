import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Context } from '../../lib/context'
import { refused } from '../../lib/result'
import { respond } from '../../lib/web/respond'
import { answerApi } from '../../server/api'

/**
 * The shop's API over real HTTP without the pages, in this process. `lose` decides for each request whether its answer
 * is lost after the call was carried out, or never carried out at all.
 */
export async function serveForTests(
  ctx: Context,
  lose: () => 'answer' | 'call' | undefined = () => undefined,
): Promise<{ url: string; close(): Promise<void> }> {
  async function handle(request: IncomingMessage, response: ServerResponse) {
    const lost = lose()
    if (lost === 'call') return request.socket.destroy()
    request.headers['x-client-address'] = '127.0.0.1'
    const { pathname } = new URL(request.url ?? '/', 'http://localhost')
    const reply = (await answerApi(ctx, request, pathname)) ?? respond(refused('not_found'))
    if (lost === 'answer') return request.socket.destroy()
    response.writeHead(reply.status, reply.headers).end(reply.body)
  }
  const server = createServer((request, response) => void handle(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
