import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { createTcpRequester } from '../db/tcp-requester'

type Command = (string | number)[]
type Answer = { result?: unknown; error?: string }

export type Fault = {
  /** A request has the fault if this holds for any of its commands. */
  when(command: Command): boolean
  /** `drop_reply` runs the commands and then closes the connection; the statuses and `html` run nothing. */
  do: 'drop_reply' | 'status_429' | 'status_500' | 'html' | 'delay'
  /** Only with `delay`: how long the request waits before it runs. */
  ms?: number
  /** How many requests have it; without it, all until it is taken out of the list. */
  times?: number
}

/**
 * The REST API of Upstash in front of a real Redis: `/`, `/pipeline`, `/multi-exec`, bearer token, base64 replies and
 * `{error}` bodies, with faults on request. Flagged scripts lose their flag, which only Upstash understands.
 */
export async function startRestGateway({ redisUrl, token }: { redisUrl: string; token: string }) {
  const redis = createTcpRequester(redisUrl)
  const faults: Fault[] = []

  const server = createServer(async (request, response) => {
    const body = JSON.parse(await text(request))
    if (request.headers.authorization !== `Bearer ${token}`) {
      return send(response, 401, { error: 'WRONGPASS invalid or missing auth token' })
    }
    const path = (request.url ?? '/').split('/').filter(Boolean)
    const fault = takeFault(faults, path.length === 0 ? [body] : body)
    if (fault?.do === 'status_429') return send(response, 429, { error: 'ERR max requests limit exceeded' })
    if (fault?.do === 'status_500') return send(response, 500, { error: 'ERR internal error' })
    if (fault?.do === 'html') return response.end('<html><body>Bad gateway</body></html>')
    if (fault?.do === 'delay') await sleep(fault.ms)
    let answer: Answer | Answer[]
    try {
      answer = await redis.request({ path, body })
    } catch {
      return send(response, 500, { error: 'ERR the store behind the gateway is away' })
    }
    if (fault?.do === 'drop_reply') return response.destroy()
    if (!Array.isArray(answer) && answer.error) return send(response, 400, answer)
    const encode = request.headers['upstash-encoding'] === 'base64' ? toBase64 : (value: unknown) => value
    const encoded = (each: Answer) => (each.error ? each : { result: encode(each.result) })
    send(response, 200, Array.isArray(answer) ? answer.map(encoded) : encoded(answer))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    faults,
    async close() {
      redis.close()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function takeFault(faults: Fault[], commands: Command[]): Fault | undefined {
  const fault = faults.find((each) => commands.some(each.when))
  if (fault?.times === undefined) return fault
  fault.times -= 1
  if (fault.times === 0) faults.splice(faults.indexOf(fault), 1)
  return fault
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

/** Strings at any depth, except the status OK. */
function toBase64(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toBase64)
  return typeof value === 'string' && value !== 'OK' ? Buffer.from(value).toString('base64') : value
}
