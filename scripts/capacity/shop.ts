import { config } from '../../lib/config'
import type { Rank } from '../../server/overload'
import { Claims } from './claims'
import type { Clock } from './clock'
import type { CallKind, Costs } from './costs'
import { type Call, Flight, ranks, visits } from './flight'
import { Line } from './line'
import { Load } from './load'
import { Machine } from './machine'
import { Waits } from './waits'

/** What a shop runs on. */
export type Hardware = {
  machines: number
  /** Of each machine, and of the ledger's. */
  cores: number
  /** Server processes in all. */
  processes: number
  /** Servers and stores share one machine, as `npm start` runs them. */
  together: boolean
}

/** Parts that can be too small. The worker is none: there may be any number of it, and nobody waits for it. */
export type Part = 'servers' | 'redis' | 'ledger'
export const parts: Part[] = ['servers', 'redis', 'ledger']

export type Process = { line: Line; claims: Claims }

/** How long calls took, one by one; how many were answered without looking at each; how many were refused. */
type Answers = { waits: Waits; inBulk: number; shed: number }

/** How long the line of a process may be for a rank before it turns those of it away (server/overload.ts). */
const mostWaitMs = (rank: Rank) => {
  const { delayTargetMs, burstSeconds, bounds } = config.overload
  return delayTargetMs + 1000 * burstSeconds * (1 - bounds[rank])
}
/** What a measurement can't tell from nothing. */
const nothingMs = 0.005

/**
 * The shop's parts with their queues: server processes of one thread each, Redis with one, the ledger with as many as
 * there are connections.
 */
export class SimulatedShop {
  readonly loads: Record<Part, Load>
  readonly answers: Partial<Record<CallKind, Answers>> = {}
  /** Orders that were answered before the ledger had decided. */
  answeredEarly = 0
  readonly stream: (() => void)[] = []
  /** For what shares the shop's machine without belonging to it. */
  readonly machine: Machine
  private readonly processes: Process[]
  private readonly worker: Line
  readonly workerLoad: Load
  readonly redis: Line
  readonly ledger: Line
  private turn = 0

  constructor(
    readonly clock: Clock,
    readonly costs: Costs,
    hardware: Hardware,
  ) {
    const { machines, cores, processes, together } = hardware
    const load = (capacity: number) => new Load(clock, clock.now, capacity)
    const loads = {
      servers: load(Math.min(processes, machines * cores)),
      redis: load(1),
      ledger: load(cores),
    }
    this.loads = loads
    const own = (count: number) => (together ? this.machine : new Machine(clock, count))
    this.machine = new Machine(clock, cores)
    const servers = Array.from({ length: machines }, (_, at) => (at === 0 ? this.machine : own(cores)))
    this.redis = new Line(own(1), 1, loads.redis)
    this.workerLoad = load(1)
    this.worker = new Line(own(1), 1, this.workerLoad)
    this.ledger = new Line(own(cores), processes * config.postgres.connections, loads.ledger)
    this.processes = Array.from({ length: processes }, (_, at) => {
      const line = new Line(servers[at % machines] ?? this.machine, 1, loads.servers)
      return { line, claims: this.newClaims(line) }
    })
  }

  private newClaims(line: Line) {
    const { clock, costs, stream, redis, ledger } = this
    return new Claims({ clock, costs, stream, line, redis, ledger })
  }

  /** The worker looks for orders that nobody claims, for as long as `isOpen`. */
  runWorker(isOpen: () => boolean): void {
    const [first] = this.processes
    if (!first) return
    this.clock.every(config.worker.claimTickMs, () => {
      if (this.stream.length > 0) first.claims.join()
      return isOpen()
    })
  }

  /** One call, from the request to its answer. */
  call(call: Call): void {
    const process = this.nextProcess()
    const isRedisSilent =
      visits[call.kind].includes('redis') && this.redis.waitMs > config.redis.commandTimeoutMs
    if (isRedisSilent || process.line.waitMs > mostWaitMs(call.rank ?? ranks[call.kind])) {
      this.shed(call)
    } else new Flight(this, process, call).begin()
  }

  /** Says "try again". It was asked for all the same: whoever plans wants to know what it would have taken. */
  private shed(call: Call): void {
    this.answersOf(call.kind).shed += 1
    if (!call.isRepeated) {
      this.loads.servers.asked(this.serverMsOf(call))
      this.loads.redis.asked(this.costs.calls[call.kind].redisMs)
    }
    const { done } = call
    if (done) this.clock.after(0, () => done(true))
  }

  serverMsOf({ kind, action }: Call): number {
    const { calls } = this.costs
    return calls[kind].serverMs + (action ? calls.action.serverMs : 0)
  }

  /** The worker delivers what the provider has to tell. */
  deliver(): void {
    this.worker.submit(this.costs.workerMs, () => this.call({ kind: 'webhook' }))
  }

  /** So many calls of a kind that decide nothing, as one piece of work. */
  bulk(kind: CallKind, count: number): void {
    const { serverMs, redisMs } = this.costs.calls[kind]
    const each = count / this.processes.length
    const entry = this.answersOf(kind)
    for (const { line } of this.processes) {
      if (line.waitMs > mostWaitMs(ranks[kind])) {
        entry.shed += each
        this.loads.servers.asked(each * serverMs)
        continue
      }
      entry.inBulk += each
      line.submit(each * serverMs, () => {
        if (redisMs >= nothingMs) this.redis.submit(each * redisMs, () => {})
      })
    }
  }

  /** How late the servers are: what comes now waits so long. */
  get lateMs(): number {
    return Math.max(...this.processes.map(({ line }) => line.waitMs))
  }

  /** Requests that wait for a process now. */
  get queued(): number {
    return this.processes.reduce((sum, { line }) => sum + line.length, 0)
  }

  private nextProcess(): Process {
    this.turn = (this.turn + 1) % this.processes.length
    return this.processes[this.turn] as Process
  }

  answersOf(kind: CallKind): Answers {
    this.answers[kind] ??= { waits: new Waits(), inBulk: 0, shed: 0 }
    return this.answers[kind]
  }
}
