import type { ChildProcess } from 'node:child_process'
import type { Socket } from 'node:net'
import { config } from '../lib/config'
import type { Order } from './messages'

const connection: Order = { kind: 'connection' }

/**
 * Hands accepted connections to processes in turn, the next one to each when it has taken the last: a busy process takes
 * fewer. Nothing is read here, so a connection that a process died over before it took it goes to another one. While
 * there is no process connections wait, for a bounded time and number.
 */
export function createHandOver() {
  const waiting: Socket[] = []
  const free: ChildProcess[] = []
  /** Of processes that were handed one and have not said yet that they took it. */
  const handed = new Map<ChildProcess, Socket>()

  function flow(): void {
    while (free.length > 0 && waiting.length > 0) {
      const socket = waiting.shift() as Socket
      if (socket.destroyed) continue
      const child = free.shift() as ChildProcess
      handed.set(child, socket)
      // One that can't be sent was meant for a process that is dying: `gone` follows.
      child.send(connection, socket, { keepOpen: true }, () => {})
    }
  }

  let emptied = () => {}
  const isEmpty = () => waiting.length === 0 && handed.size === 0

  function leave(child: ChildProcess): void {
    const at = free.indexOf(child)
    if (at >= 0) free.splice(at, 1)
  }

  return {
    /** Takes a connection that has just been accepted and not been read from. */
    accept(socket: Socket): void {
      if (waiting.length >= config.server.mostWaiting) return void socket.destroy()
      socket.on('error', () => {})
      socket.setTimeout(config.server.waitingMs, () => socket.destroy())
      // One that gives up leaves its place to the next.
      socket.once('close', () => {
        const at = waiting.indexOf(socket)
        if (at >= 0) waiting.splice(at, 1)
        if (isEmpty()) emptied()
      })
      waiting.push(socket)
      flow()
    },
    /** This process serves: it gets its share from now on, after each one that it took. */
    join(child: ChildProcess): void {
      free.push(child)
      flow()
    },
    /** The process has the connection that it was handed: ours is only a second handle on it. */
    took(child: ChildProcess): void {
      handed.get(child)?.destroy()
      handed.delete(child)
      if (isEmpty()) emptied()
    },
    /** Until every connection that was accepted is with a process. */
    async empty(): Promise<void> {
      if (!isEmpty()) await new Promise<void>((resolve) => (emptied = resolve))
    },
    /** Nothing new for this process. */
    leave,
    /** The process is dead, and all that it said has been heard. */
    gone(child: ChildProcess): void {
      leave(child)
      const socket = handed.get(child)
      handed.delete(child)
      if (socket) waiting.unshift(socket)
      flow()
    },
  }
}
