import { connect } from 'node:net'

/** PostgreSQL's start-up message, protocol 3.0: total length, version, then names and values that end in zeros. */
function startupMessage(): Buffer {
  const body = Buffer.from('user\0postgres\0database\0stampede\0\0')
  const head = Buffer.alloc(8)
  head.writeInt32BE(body.length + 8, 0)
  head.writeInt32BE(196_608, 4)
  return Buffer.concat([head, body])
}

/**
 * True when a PostgreSQL at this loopback port takes connections: it asks for the password ('R'). While it starts or
 * recovers from a crash it sends an error instead. Needs no driver and no password, like pg_isready.
 */
export function postgresAnswers(port: number, timeoutMs = 2_000): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(startupMessage()))
    const answer = (yes: boolean) => {
      socket.destroy()
      resolve(yes)
    }
    socket.setTimeout(timeoutMs, () => answer(false))
    socket.once('data', (data) => answer(data[0] === 0x52))
    socket.once('error', () => answer(false))
    socket.once('close', () => answer(false))
  })
}
