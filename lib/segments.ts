/** From `at` on everybody in front of `base` + `rate` × seconds since then is admitted. */
export type Segment = { atMs: number; base: number; rate: number }

const reachedBy = (segment: Segment, nowMs: number) =>
  segment.base + (segment.rate * Math.max(0, nowMs - segment.atMs)) / 1000

/**
 * How many places are admitted at a moment; 0 before there is a segment. Never falls as time goes on (I17). Before the
 * oldest one that is known it is what that one begins with: whoever is behind on the time takes nothing back.
 */
export function thresholdAt(segments: Segment[], nowMs: number): number {
  const current = segments.findLast((segment) => segment.atMs <= nowMs)
  return current ? reachedBy(current, nowMs) : (segments[0]?.base ?? 0)
}

/** Whether the place with this many others in front of it is admitted. */
export const isAdmitted = (segments: Segment[], position: number, nowMs: number) =>
  position < thresholdAt(segments, nowMs)

/** Seconds until a place is admitted if the rate stays as it is; null while it stands still. */
export function secondsUntil(segments: Segment[], position: number, nowMs: number): number | null {
  if (isAdmitted(segments, position, nowMs)) return 0
  for (const [index, { atMs, base, rate }] of segments.entries()) {
    const turnMs = position < base ? atMs : atMs + ((position - base) / rate) * 1000
    const endsMs = segments[index + 1]?.atMs ?? Number.POSITIVE_INFINITY
    if (turnMs < endsMs && endsMs > nowMs) return Math.max(1, Math.ceil((turnMs - nowMs) / 1000))
  }
  return null
}
