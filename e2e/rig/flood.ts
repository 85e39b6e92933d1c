/**
 * A crowd that does not wait for answers: each request is sent when its time has come, on one of a bounded number of
 * connections, whether those before it were answered or not. The plan comes over the channel; what was sent and
 * answered goes back over it.
 */
import { createConnection, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

type Part = { perSecond: number; connections: number; requests: string[] }
export type Flood = { port: number; seconds: number; parts: Record<string, Part> }
/** Answers by status. */
export type Flooded = Record<string, { sent: number; answers: Record<string, number> }>

/** How often it is looked who is due: what is due meanwhile is sent at once. */
const stepMs = 4
/** How long the last answers are waited for. */
const mostTailMs = 10_000

const statusLine = /HTTP\/1\.1 (\d{3}) /g

function open(port: number, answers: Record<string, number>): Socket {
  const socket = createConnection({ host: '127.0.0.1', port, noDelay: true })
  let rest = ''
  socket.on('data', (chunk) => {
    const text = rest + chunk.toString('latin1')
    let end = 0
    for (const found of text.matchAll(statusLine)) {
      const status = found[1] ?? ''
      answers[status] = (answers[status] ?? 0) + 1
      end = found.index + found[0].length
    }
    rest = text.slice(Math.max(end, text.length - 12))
  })
  socket.on('error', () => {})
  return socket
}

function start(port: number, { perSecond, connections, requests }: Part) {
  const answers: Record<string, number> = {}
  const sockets = Array.from({ length: connections }, () => open(port, answers))
  const begun = performance.now()
  let sent = 0
  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - begun) / 1_000) * perSecond)
    for (; sent < due; sent += 1) {
      const at = sent % connections
      const socket = sockets[at]
      // A server may close a connection with any answer: the next request takes a new one.
      const usable = socket && !socket.destroyed && socket.writable ? socket : open(port, answers)
      sockets[at] = usable
      usable.write(requests[sent % requests.length] ?? '')
    }
  }, stepMs)
  return {
    stop: () => clearInterval(timer),
    close: () => sockets.forEach((socket) => void socket.destroy()),
    result: () => ({ sent, answers }),
  }
}

const countOf = (answers: Record<string, number>) => Object.values(answers).reduce((a, b) => a + b, 0)

async function run({ port, seconds, parts }: Flood): Promise<Flooded> {
  const running = Object.entries(parts).map(([name, part]) => ({ name, ...start(port, part) }))
  await sleep(seconds * 1_000)
  for (const each of running) each.stop()
  const giveUpAt = performance.now() + mostTailMs
  const isWaiting = () => running.some(({ result }) => countOf(result().answers) < result().sent)
  while (isWaiting() && performance.now() < giveUpAt) await sleep(20)
  for (const each of running) each.close()
  return Object.fromEntries(running.map(({ name, result }) => [name, result()]))
}

process.on('message', async (flood: Flood) => process.send?.(await run(flood)))
process.on('disconnect', () => process.exit(0))
