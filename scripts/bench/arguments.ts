import { parseArgs } from 'node:util'
import { WrongArguments } from '../wrong-arguments'

export const usage = `npm run bench [-- …]
  --seconds 2     how long each line is measured in a round
  --rounds 5      how often
  --only WORD     lines whose name this regular expression finds; what is compared with none is left out
  --json          the result for a program
  --check         exit code 1 when a bar is missed
Our hot paths and their yardsticks on this machine, side by side and interleaved, on stores and servers of its own. Speeds
mean little on another machine or a busy one; the ratios of what ran in the same round are what to compare.`

export type BenchOptions = { seconds: number; rounds: number; only: RegExp; json: boolean; check: boolean }

/** Reads a command line; null asks for help. Throws `WrongArguments` with one sentence. */
export function readArguments(args: string[]): BenchOptions | null {
  const { values } = parseArgs({
    args,
    options: {
      help: { type: 'boolean', default: false },
      seconds: { type: 'string', default: '2' },
      rounds: { type: 'string', default: '5' },
      only: { type: 'string', default: '' },
      json: { type: 'boolean', default: false },
      check: { type: 'boolean', default: false },
    },
  })
  if (values.help) return null
  const [seconds, rounds] = [Number(values.seconds), Number(values.rounds)]
  if (!(seconds > 0 && seconds <= 60)) throw new WrongArguments('--seconds is a number up to 60.')
  if (!(Number.isInteger(rounds) && rounds >= 1 && rounds <= 100))
    throw new WrongArguments('--rounds is a whole number from 1 to 100.')
  return { seconds, rounds, only: patternIn(values.only), json: values.json, check: values.check }
}

function patternIn(text: string): RegExp {
  try {
    return new RegExp(text)
  } catch {
    throw new WrongArguments('--only is a regular expression.')
  }
}
