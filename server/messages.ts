/** What the primary tells a process, besides handing over connections; the process ends by itself when the channel closes. */
export type Order =
  | { kind: 'connection' }
  /** Says to everybody that it is better to come by another connection: answers close theirs, /readyz is 503. */
  | { kind: 'leave' }
  /** Finishes what is in flight, at most for so long, and ends. */
  | { kind: 'end'; withinMs: number }

/** What a process tells the primary. */
export type Told =
  /** It answers requests, and on this port of its own too, which only this machine reaches. */
  | { kind: 'serving'; port: number }
  /** The connection that was handed over is its own now; nothing has been read from it before. */
  | { kind: 'took' }

/** What the thread that makes the pages tells the main thread of its process. */
export type PagesTold =
  | { kind: 'serving'; port: number }
  /** How late its event loop was lately, in ms, and how many bytes it uses. */
  | { kind: 'late'; lateMs: number; heapUsed: number }

/** What the primary tells whoever started it. */
export type Standing = {
  /** Those that get connections. */
  processes: number[]
  /** The last restart, of how many. */
  restart?: { count: number; state: 'under way' | 'done' | 'given up' }
}
