import { createConnection, type Socket } from 'node:net'

export type Answer = { status: number; body: Buffer }

type Waiting = { resolve(answer: Answer): void; reject(error: Error): void }

const none = Buffer.alloc(0)

/**
 * One keep-alive HTTP/1.1 connection with one request in flight. It reads no more of an answer than it needs, because
 * it shares the machine with what it measures: a client of the standard library costs several times as much.
 */
export class Connection {
  private readonly socket: Socket
  private received: Buffer = none
  private waiting: Waiting | undefined

  constructor(port: number) {
    this.socket = createConnection({ host: '127.0.0.1', port, noDelay: true })
    this.socket.on('data', (chunk: Buffer) => this.take(chunk))
    this.socket.on('error', (error) => this.fail(error))
    this.socket.on('close', () => this.fail(new Error('the server closed a connection')))
  }

  /** Sends a complete request. Rejects when the connection breaks before its answer is complete. */
  send(request: string): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.waiting = { resolve, reject }
      this.socket.write(request)
    })
  }

  close(): void {
    this.waiting = undefined
    this.socket.destroy()
  }

  private fail(error: Error): void {
    const { waiting } = this
    this.waiting = undefined
    waiting?.reject(error)
  }

  private take(chunk: Buffer): void {
    this.received = this.received.length === 0 ? chunk : Buffer.concat([this.received, chunk])
    const answer = parse(this.received)
    if (!answer) return
    const { waiting } = this
    this.waiting = undefined
    this.received = none
    waiting?.resolve(answer)
  }
}

/** The answer, or undefined while a part of it is missing. */
function parse(bytes: Buffer): Answer | undefined {
  const headEnd = bytes.indexOf('\r\n\r\n')
  if (headEnd < 0) return undefined
  const head = bytes.toString('latin1', 0, headEnd)
  const status = Number(head.slice(9, 12))
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1]
  const from = headEnd + 4
  if (length !== undefined) {
    const end = from + Number(length)
    return bytes.length < end ? undefined : { status, body: bytes.subarray(from, end) }
  }
  const body = /\r\ntransfer-encoding: *chunked/i.test(head) ? joinChunks(bytes, from) : none
  return body && { status, body }
}

function joinChunks(bytes: Buffer, from: number): Buffer | undefined {
  const parts: Buffer[] = []
  for (let at = from; ; ) {
    const lineEnd = bytes.indexOf('\r\n', at)
    if (lineEnd < 0) return undefined
    const size = Number.parseInt(bytes.toString('latin1', at, lineEnd), 16)
    const end = lineEnd + 2 + size
    if (bytes.length < end + 2) return undefined
    if (size === 0) return parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts)
    parts.push(bytes.subarray(lineEnd + 2, end))
    at = end + 2
  }
}
