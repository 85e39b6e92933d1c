import pino from 'pino'

export type Log = pino.Logger

/**
 * JSON lines on stdout. Never pass a raw store error, a request body, a cookie or a token: `describeError` says what
 * may be told about a fault.
 */
export const createLog = (name: string, level: string): Log =>
  pino({ name, level, base: { name }, timestamp: pino.stdTimeFunctions.isoTime })

/** What is safe to log about a fault: its kind, code and our own stack. Messages of stores carry personal data. */
export function describeError(error: unknown): Record<string, string> {
  if (!(error instanceof Error)) return { kind: typeof error }
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  const cause = error.cause instanceof Error && 'code' in error.cause ? String(error.cause.code) : ''
  const frames = error.stack?.split('\n').filter((line) => line.startsWith('    at ')) ?? []
  return {
    kind: error.name,
    code: code || cause,
    at: frames
      .slice(0, 4)
      .map((line) => line.trim())
      .join(' < '),
  }
}
