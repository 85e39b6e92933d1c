import type { Tally } from './crowd'
import type { Meter } from './meter'

const redrawMs = 100
const lineMs = 2_000
const barWidth = 24

export type Progress = { note(text: string): void; stop(): void }

/** Where progress is written: a terminal redraws one line, anything else gets a line now and then. */
export type Screen = { isTTY?: boolean; write(text: string): unknown }

/** Shows how far the crowd is, on stderr unless told otherwise: stdout holds the result alone. */
export function showProgress(tally: Tally, meter: Meter, screen: Screen = process.stderr): Progress {
  const begun = performance.now()
  const tty = screen.isTTY === true
  let shown = ''

  function line(): string {
    const done = tally.sold + tally.refused + tally.failed + tally.left
    const filled = Math.round((barWidth * done) / Math.max(1, tally.buyers))
    const bar = '█'.repeat(filled) + '░'.repeat(barWidth - filled)
    const seconds = ((performance.now() - begun) / 1_000).toFixed(1)
    return (
      `${bar} ${seconds.padStart(5)} s  arrived ${tally.arrived}/${tally.buyers}  sold to ${tally.sold}  ` +
      `refused ${tally.refused}  ${tally.left > 0 ? `left ${tally.left}  ` : ''}errors ${tally.failed + meter.faultCount()}  repeated ${meter.retryCount()}`
    )
  }

  function draw(): void {
    const now = line()
    if (tty) screen.write(`\r\x1b[2K${now}`)
    else if (now !== shown) screen.write(`${now}\n`)
    shown = now
  }

  const timer = setInterval(draw, tty ? redrawMs : lineMs)
  draw()
  return {
    note(text) {
      screen.write(`${tty ? '\r\x1b[2K' : ''}${text}\n`)
      if (tty) draw()
    },
    stop() {
      clearInterval(timer)
      draw()
      if (tty) screen.write('\n')
    },
  }
}
