const unitMs = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/**
 * The moment that `+30s`, `+5m`, `+1h`, `+2d` (from `now`, in ms), `now` or an ISO 8601 time names; null when it names
 * none. An ISO time without a zone would mean another moment on another machine, so it needs one.
 */
export function parseMoment(text: string, now: number): Date | null {
  if (text === 'now') return new Date(now)
  const [, count, unit] = /^\+(\d{1,9})([smhd])$/.exec(text) ?? []
  if (count) return new Date(now + Number(count) * unitMs[unit as keyof typeof unitMs])
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})$/.test(text)) return null
  const moment = new Date(text)
  return Number.isNaN(moment.getTime()) ? null : moment
}
