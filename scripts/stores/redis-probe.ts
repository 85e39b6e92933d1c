import { connect } from 'node:net'

/** `ready` is false while the server still loads its file. */
export type RedisAnswer = { pid: number; ready: boolean }

/**
 * Asks the server at this loopback port who it is, with our password: a stranger refuses it, so an answer means that
 * the server is ours. Null when nothing of ours answers in time.
 */
export function askRedis(port: number, password: string, timeoutMs = 2_000): Promise<RedisAnswer | null> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () =>
      socket.write(`AUTH ${password}\r\nINFO server\r\nPING\r\n`),
    )
    let text = ''
    const answer = (value: RedisAnswer | null) => {
      socket.destroy()
      resolve(value)
    }
    socket.setTimeout(timeoutMs, () => answer(null))
    socket.setEncoding('utf8')
    socket.on('data', (chunk: string) => {
      text += chunk
      // A refused password leaves our data alone: the server is a stranger's.
      if (text.startsWith('-')) return answer(null)
      const pid = Number(/process_id:(\d+)/.exec(text)?.[1] ?? 0)
      if (pid > 0 && /\r\n\+PONG\r\n$/.test(text)) answer({ pid, ready: true })
      else if (pid > 0 && /\r\n-(LOADING|BUSY|MASTERDOWN)/.test(text)) answer({ pid, ready: false })
    })
    socket.once('error', () => answer(null))
    socket.once('close', () => answer(null))
  })
}
