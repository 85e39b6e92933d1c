import { AsyncLocalStorage } from 'node:async_hooks'
import type { ServerResponse } from 'node:http'
import { stripVTControlCharacters } from 'node:util'
import { isLedgerBusy } from '../db/postgres'
import { isPassing } from '../db/redis'
import { describeError, type Log } from '../lib/log'
import { explainFailedPosts } from './form-posts'

type Complaint = { level: 'info' | 'warn' | 'error'; said: unknown[] }

/** What Next said about the post that is being answered. */
const complaints = new AsyncLocalStorage<Complaint[]>()

/**
 * Next writes what went wrong in a page to the console: stacks over many lines, and the texts of store errors, which
 * hold statements and personal data. From now on each of them is one line of the log, and so is what it says of itself.
 */
export function logNextConsole(log: Log): void {
  console.log = (...said: unknown[]) => write(log, { level: 'info', said })
  for (const level of ['warn', 'error'] as const) {
    console[level] = (...said: unknown[]) => {
      const kept = complaints.getStore()
      if (kept) kept.push({ level, said })
      else write(log, { level, said })
    }
  }
}

/** Lets Next answer a post. If it could not be read, that is one line, and a warning: anybody can send such a thing. */
export async function answerPost(
  log: Log,
  response: ServerResponse,
  answer: () => Promise<void>,
): Promise<void> {
  const kept: Complaint[] = []
  const sentStatus = explainFailedPosts(response)
  response.once('close', () => {
    const status = sentStatus()
    const [first] = kept
    if (first && status >= 400 && status < 500)
      log.warn({ status, ...tell(first) }, 'a post could not be read')
    else for (const each of kept) write(log, each)
  })
  await complaints.run(kept, answer)
}

function write(log: Log, complaint: Complaint): void {
  const error = errorIn(complaint)
  if (isPassing(error) || isLedgerBusy(error)) log.warn(tell(complaint), 'a store did not answer a page')
  else log[complaint.level](tell(complaint), complaint.level === 'info' ? 'Next says' : 'Next complained')
}

const errorIn = ({ said }: Complaint) => said.find((each) => each instanceof Error)

/** Next's own words are short; those of an error are left out. `reference` is what the error page shows. */
function tell(complaint: Complaint): Record<string, string> {
  const error = errorIn(complaint)
  // Without its coloured marks.
  const words = complaint.said.filter((each) => typeof each === 'string' && /\p{L}{2}/u.test(each)).join(' ')
  return {
    ...(words && { says: stripVTControlCharacters(words).slice(0, 300) }),
    ...(error && describeError(error)),
    ...(error && 'digest' in error && { reference: String(error.digest) }),
  }
}
