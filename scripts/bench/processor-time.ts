import { readdirSync, readFileSync } from 'node:fs'

const read = (path: string): string => {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    // The process or thread has ended meanwhile.
    return ''
  }
}

/** Only Linux says what a process that is not one's own has used. */
export const canReadProcessorTime = process.platform === 'linux'

/** Milliseconds of processor time that these processes and all their descendants have used since they began. */
export function processorMs(pids: number[]): number {
  const parents = new Map(
    readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map((pid) => [Number(pid), Number(read(`/proc/${pid}/stat`).split(') ').at(-1)?.split(' ')[1])]),
  )
  const isOurs = (pid: number | undefined): boolean =>
    pid !== undefined && (pids.includes(pid) || isOurs(parents.get(pid)))
  return [...parents.keys()].filter(isOurs).reduce((sum, pid) => sum + ownMs(pid), 0)
}

/** Nanoseconds, thread by thread: the usual counters tick a hundred times a second, too coarse for a few calls. */
function ownMs(pid: number): number {
  let threads: string[] = []
  try {
    threads = readdirSync(`/proc/${pid}/task`)
  } catch {
    return 0
  }
  return threads.reduce(
    (sum, thread) =>
      sum + Number(read(`/proc/${pid}/task/${thread}/schedstat`).split(' ')[0] ?? 0) / 1_000_000,
    0,
  )
}
