/** Each step is a tenth longer than the one before it: what a time is told as is too long by that much at most. */
const step = 1.1

/** Counts times in ms by their length. However many they are, it takes no more room than there are steps. */
export function createTimes() {
  let counts: Record<string, number> = {}
  return {
    add(ms: number): void {
      const upTo = (step ** Math.ceil(Math.log(Math.max(ms, 0.01)) / Math.log(step))).toPrecision(3)
      counts[upTo] = (counts[upTo] ?? 0) + 1
    },
    /** How many took up to so many ms, since this was asked last. */
    take(): Record<string, number> {
      const taken = counts
      counts = {}
      return taken
    },
  }
}
