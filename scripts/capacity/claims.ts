import { config } from '../../lib/config'
import type { Clock } from './clock'
import type { Costs } from './costs'
import type { Line } from './line'

type Surroundings = {
  clock: Clock
  costs: Costs
  /** Orders that no ledger has decided about; each is called when it is. */
  stream: (() => void)[]
  /** The process whose claims these are. */
  line: Line
  redis: Line
  ledger: Line
}

/**
 * The claims of one process: one at a time, and whoever comes meanwhile shares the next one (lib/orders/join-claim.ts).
 * Each takes the next orders of the stream, whoever put them there.
 */
export class Claims {
  private running = false
  private wanted = false

  constructor(private readonly around: Surroundings) {}

  join(): void {
    if (this.running) this.wanted = true
    else this.start()
  }

  private start(): void {
    const { clock, costs, stream, line, redis, ledger } = this.around
    const { claim, calls } = costs
    this.running = true
    redis.submit(claim.redisMs, () => {
      const batch = stream.splice(0, config.claim.batchSize)
      line.submit(claim.serverMs, () =>
        ledger.submit(claim.ledgerMs + batch.length * calls.order.ledgerMs, () =>
          clock.after(claim.pauseMs, () => {
            for (const decided of batch) decided()
            this.running = false
            // Orders beyond one batch are left to whoever claims next, the worker at the latest.
            if (this.wanted) {
              this.wanted = false
              this.start()
            }
          }),
        ),
      )
    })
  }
}
