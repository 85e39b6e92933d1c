import { isLedgerBusy, ledgerErrorCode } from '../db/postgres'
import { isPassing } from '../db/redis'

/** What somebody typed can't be meant: its message is one sentence that says why. Ends a command with exit code 2. */
export class WrongArguments extends Error {
  override readonly name = 'WrongArguments'
}

/** The whole number an option names, or the default. Throws `WrongArguments` when it is outside of `least` … `most`. */
export function wholeNumber(
  option: string,
  text: string | undefined,
  { least, most, otherwise }: { least: number; most: number; otherwise?: number },
): number {
  if (text === undefined && otherwise !== undefined) return otherwise
  if (text === undefined) throw new WrongArguments(`--${option} is missing: give a whole number.`)
  const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN
  if (value >= least && value <= most) return value
  throw new WrongArguments(`--${option} is a whole number from ${least} to ${most}, not "${text}".`)
}

/**
 * Runs a command to its exit code: the one it answers, 2 after a sentence about wrong arguments, 1 after one about any
 * other fault.
 */
export async function runCommand(run: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await run()
  } catch (error) {
    // `parseArgs` throws errors of its own about options that it does not know.
    const wrong = error instanceof WrongArguments || /^ERR_PARSE_ARGS/.test(ledgerErrorCode(error))
    console.error(wrong ? (error as Error).message : sentenceFor(error))
    process.exitCode = wrong ? 2 : 1
  }
}

/** Messages of the stores' drivers hold whole queries with their parameters: only the code is told. */
function sentenceFor(error: unknown): string {
  if (isLedgerBusy(error) || isPassing(error)) {
    return 'The stores of the shop do not answer: is it running? "npm start" runs it.'
  }
  if (!(error instanceof Error)) return String(error)
  const code = ledgerErrorCode(error)
  return code && error.cause ? `The ledger refused this with code ${code}.` : error.message
}
