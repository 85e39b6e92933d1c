import { createConnection, type Socket } from 'node:net'
import { connect } from 'node:tls'

/** A port of this machine; with a certificate, one that speaks TLS. */
export type Address = number | { port: number; certificate: string }

/** `head` is the status line and the headers, as they came. */
export type Answer = { status: number; head: string; body: Buffer }

type Waiting = { resolve(answer: Answer): void; reject(error: Error): void }

const none = Buffer.alloc(0)

/**
 * One keep-alive HTTP/1.1 connection with one request in flight. It reads no more of an answer than it needs, because
 * it shares the machine with what it measures: a client of the standard library costs several times as much.
 */
export class Connection {
  private socket: Socket
  private received: Buffer = none
  private waiting: Waiting | undefined

  constructor(private readonly address: Address) {
    this.socket = this.open()
  }

  private open(): Socket {
    const { address } = this
    const socket =
      typeof address === 'number'
        ? createConnection({ host: '127.0.0.1', port: address, noDelay: true })
        : connect({ host: '127.0.0.1', port: address.port, ca: address.certificate, servername: 'localhost' })
    const isCurrent = () => socket === this.socket
    socket.on('data', (chunk: Buffer) => this.take(chunk))
    socket.on('error', (error) => isCurrent() && this.fail(error))
    socket.on('close', () => isCurrent() && this.fail(new Error('the server closed a connection')))
    return socket
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
    // As nginx does after a thousand answers.
    if (/\r\nconnection: *close/i.test(answer.head)) {
      this.socket.destroy()
      this.socket = this.open()
    }
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
    return bytes.length < end ? undefined : { status, head, body: bytes.subarray(from, end) }
  }
  const body = /\r\ntransfer-encoding: *chunked/i.test(head) ? joinChunks(bytes, from) : none
  return body && { status, head, body }
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
