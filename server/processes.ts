import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { createBackOff } from '../lib/back-off'
import { config } from '../lib/config'
import type { Log } from '../lib/log'
import { createHandOver } from './hand-over'
import type { Order, Standing, Told } from './messages'

const program = fileURLToPath(new URL('process.ts', import.meta.url))
const { idleMs, drainMs, readyWithinMs, handOverMs } = config.server

type One = {
  child: ChildProcess
  /** Its own port, once it serves; undefined when it ended before. */
  port: Promise<number | undefined>
  ended: Promise<void>
}

/** Where one process belongs: when it ends or is replaced, another one takes its place. */
type Place = { one?: One; backOff: ReturnType<typeof createBackOff> }

export type Processes = {
  /** Takes a connection that has just been accepted and not been read from. */
  accept(socket: Socket): void
  /** Replaces one process after the other by new ones, of the code and build that are on disk now. */
  restart(): void
  /** From now on every answer asks to come by another connection. */
  leave(): void
  /** Ends all of them; what is in flight has so long to finish. */
  end(withinMs: number): Promise<void>
}

/**
 * Keeps `count` processes of the server running and hands connections to them. One that dies is started again, more
 * slowly if it dies at once again and again; the others go on meanwhile. `environment` is what new ones get beside that
 * of this process.
 */
export function keepProcesses(
  count: number,
  log: Log,
  environment: () => Record<string, string>,
  onChange: (standing: Standing) => void,
): Processes {
  const handOver = createHandOver()
  const places = Array.from({ length: count }, (): Place => ({ backOff: createBackOff() }))
  const alive = new Set<One>()
  const inService = new Set<ChildProcess>()
  let given = environment()
  let asked: Standing['restart']
  let askedAgain = false
  let ending = false

  function tell(): void {
    const processes = [...inService].flatMap(({ pid }) => pid ?? [])
    onChange({ processes, ...(asked && { restart: asked }) })
  }

  // A channel that is closed belongs to a process that ends by that.
  const order = (child: ChildProcess, what: Order) => void child.send(what, () => {})

  function launch(variables: Record<string, string>): One {
    const child = fork(program, { env: { ...process.env, ...variables } as NodeJS.ProcessEnv })
    let serves = (_: number | undefined) => {}
    const port = new Promise<number | undefined>((resolve) => {
      serves = resolve
    })
    child.on('message', (told: Told) => {
      if (told.kind === 'serving') return serves(told.port)
      handOver.took(child)
      if (inService.has(child)) handOver.join(child)
    })
    const ended = once(child, 'exit').then(async () => {
      serves(undefined)
      inService.delete(child)
      alive.delete(one)
      // The last that it said may still be unread: a whole turn of the loop reads it.
      await turn()
      await turn()
      handOver.gone(child)
    })
    const one = { child, port, ended }
    alive.add(one)
    return one
  }

  function takeIn(one: One): void {
    if (!alive.has(one)) return
    inService.add(one.child)
    handOver.join(one.child)
    tell()
  }

  function start(place: Place): One {
    const one = launch(given)
    void one.port.then(() => takeIn(one))
    void keep(place, one)
    return one
  }

  /** The first one alone, because starts side by side take longer each, and one is enough to open. */
  async function startAll(): Promise<void> {
    const [first, ...others] = places
    if (first) await start(first).port
    for (const place of others) if (!ending && !place.one) start(place)
  }

  async function keep(place: Place, one: One): Promise<void> {
    const begun = Date.now()
    place.one = one
    await one.ended
    if (ending || place.one !== one) return
    tell()
    const { pid, exitCode, signalCode } = one.child
    log.error({ process: pid, exitCode, signalCode }, 'a server process ended: starting it again')
    await sleep(place.backOff(Date.now() - begun))
    if (!ending && place.one === one) start(place)
  }

  /** Whether a new process came to serve, with both stores in reach, in good time. */
  async function becomesReady({ port }: One): Promise<boolean> {
    const giveUp = AbortSignal.timeout(readyWithinMs)
    const late = once(giveUp, 'abort').then(() => undefined)
    const own = await Promise.race([port, late])
    while (own !== undefined && !giveUp.aborted && !ending) {
      const url = `http://127.0.0.1:${own}/readyz`
      const status = await fetch(url, { signal: giveUp }).then(
        (response) => response.status,
        () => 0,
      )
      if (status === 200) return true
      await sleep(50)
    }
    return false
  }

  async function retire({ child, ended }: One): Promise<void> {
    inService.delete(child)
    handOver.leave(child)
    tell()
    order(child, { kind: 'leave' })
    await Promise.race([ended, sleep(idleMs)])
    order(child, { kind: 'end', withinMs: drainMs })
    // It ends by itself, unless it stands still.
    const force = setTimeout(() => child.kill('SIGKILL'), drainMs + 1_000)
    await ended
    clearTimeout(force)
  }

  async function replaceAll(): Promise<void> {
    const variables = environment()
    for (const place of places) {
      const fresh = launch(variables)
      if (!(await becomesReady(fresh))) {
        fresh.child.kill('SIGKILL')
        throw new Error('A new process did not become ready.')
      }
      const old = place.one
      void keep(place, fresh)
      takeIn(fresh)
      log.info({ process: fresh.child.pid, instead: old?.child.pid }, 'a new server process serves')
      if (old) await retire(old)
    }
    given = variables
  }

  async function restart(): Promise<void> {
    askedAgain = asked?.state === 'under way'
    if (askedAgain) return
    const restarting: Standing['restart'] = { count: (asked?.count ?? 0) + 1, state: 'under way' }
    asked = restarting
    tell()
    try {
      await replaceAll()
      restarting.state = 'done'
    } catch (error) {
      restarting.state = 'given up'
      log.error({ why: (error as Error).message }, 'the restart was given up: the processes that serve go on')
    }
    if (ending) return
    tell()
    if (askedAgain) await restart()
  }

  void startAll()
  return {
    accept: handOver.accept,
    restart: () => void restart(),
    leave() {
      for (const { child } of alive) order(child, { kind: 'leave' })
    },
    async end(withinMs) {
      ending = true
      const all = Promise.all([...alive].map(({ ended }) => ended))
      // A connection that came last would find a process that has ended.
      await Promise.race([handOver.empty(), all, sleep(handOverMs)])
      for (const { child } of alive) order(child, { kind: 'end', withinMs: withinMs - handOverMs })
      await Promise.race([all, sleep(withinMs + 500)])
      for (const { child } of alive) child.kill('SIGKILL')
    },
  }
}
