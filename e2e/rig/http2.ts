import { once } from 'node:events'
import { connect } from 'node:http2'
import { connect as connectTcp } from 'node:net'
import { text } from 'node:stream/consumers'
import { connect as connectTls } from 'node:tls'
import type { Send } from './call'

export type Session = { send: Send; close(): void }

/** One connection over TLS and HTTP/2 to `localhost`, from an address of this machine. */
export async function openSession(to: { port: number; certificate: string; from: string }): Promise<Session> {
  const socket = connectTls({
    socket: connectTcp({ host: '127.0.0.1', port: to.port, localAddress: to.from }),
    servername: 'localhost',
    ca: to.certificate,
    ALPNProtocols: ['h2'],
  })
  await once(socket, 'secureConnect')
  if (socket.alpnProtocol !== 'h2') throw new Error('HTTP/2 was not agreed on.')
  const session = connect(`https://localhost:${to.port}`, { createConnection: () => socket })
  // A request that breaks off says so itself.
  session.on('error', () => {})

  const send: Send = async (
    path,
    { method = 'GET', headers = {}, json, body = JSON.stringify(json) } = {},
  ) => {
    const type = json === undefined ? {} : { 'content-type': 'application/json' }
    const stream = session.request({ ':method': method, ':path': path, ...type, ...headers })
    const response = once(stream, 'response')
    stream.end(body)
    const [{ ':status': status, 'set-cookie': cookies = [], ...rest }] = await response
    const said = await text(stream)
    const isJson = /^application\/(problem\+)?json/.test(String(rest['content-type']))
    return { status, headers: rest, cookies, text: said, json: isJson ? JSON.parse(said) : undefined }
  }
  return { send, close: () => session.destroy() }
}
