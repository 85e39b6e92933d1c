/** From `at` on everybody in front of `base` + `rate` × seconds since then is admitted. */
export type Segment = { atMs: number; base: number; rate: number }

const reachedBy = (segment: Segment, nowMs: number) =>
  segment.base + (segment.rate * Math.max(0, nowMs - segment.atMs)) / 1000

/** How many places are admitted at a moment; 0 before the first segment. Never falls as time goes on (I17). */
export function thresholdAt(segments: Segment[], nowMs: number): number {
  const current = segments.findLast((segment) => segment.atMs <= nowMs)
  return current ? reachedBy(current, nowMs) : 0
}

/** Whether the place with this many others in front of it is admitted. */
export const isAdmitted = (segments: Segment[], position: number, nowMs: number) =>
  position < thresholdAt(segments, nowMs)

/** Seconds until a place is admitted if the rate stays as it is; null while it stands still. */
export function secondsUntil(segments: Segment[], position: number, nowMs: number): number | null {
  if (isAdmitted(segments, position, nowMs)) return 0
  const last = segments.at(-1)
  if (!last || last.rate === 0) return null
  const atMs = last.atMs + ((position - last.base) / last.rate) * 1000
  return Math.max(1, Math.ceil((Math.max(atMs, last.atMs) - nowMs) / 1000))
}
