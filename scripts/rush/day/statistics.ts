export type Chance = {
  of: number
  succeeded: number
  share: number
  /** 95 % confidence by Wilson: where the true chance lies. */
  from: number
  to: number
}

const z95 = 1.959964

/** The chance that so many successes of so many show. */
export function chanceOf(succeeded: number, of: number): Chance {
  if (of === 0) return { of, succeeded, share: 0, from: 0, to: 1 }
  const share = succeeded / of
  const scale = 1 + z95 ** 2 / of
  const middle = (share + z95 ** 2 / (2 * of)) / scale
  const half = (z95 / scale) * Math.sqrt((share * (1 - share)) / of + z95 ** 2 / (4 * of ** 2))
  return { of, succeeded, share, from: Math.max(0, middle - half), to: Math.min(1, middle + half) }
}

/** Logarithms of 0!, 1!, … as far as anybody has asked. */
const logs = [0, 0]

function logFactorial(n: number): number {
  for (let i = logs.length; i <= n; i++) logs.push((logs[i - 1] as number) + Math.log(i))
  return logs[n] as number
}

const logChoose = (n: number, k: number) => logFactorial(n) - logFactorial(k) - logFactorial(n - k)

/**
 * How likely it is that `won` or more of `robots` are among the winners when the winners are drawn from all `everybody`
 * alike (Fisher's exact test, one-sided).
 */
export function byChance(of: { everybody: number; winners: number; robots: number; won: number }): number {
  const { everybody, winners, robots, won } = of
  const all = logChoose(everybody, winners)
  let sum = 0
  const least = Math.max(won, winners - (everybody - robots))
  for (let k = least; k <= Math.min(robots, winners); k++) {
    sum += Math.exp(logChoose(robots, k) + logChoose(everybody - robots, winners - k) - all)
  }
  return Math.min(1, sum)
}

/** The rank of each value, 0 the lowest; equal values share the middle of theirs. */
function ranksOf(values: number[]): number[] {
  const order = values.map((_, at) => at).toSorted((a, b) => (values[a] as number) - (values[b] as number))
  const ranks = new Array<number>(values.length)
  for (let from = 0; from < order.length; ) {
    let to = from
    while (to < order.length && values[order[to] as number] === values[order[from] as number]) to += 1
    for (let i = from; i < to; i++) ranks[order[i] as number] = (from + to - 1) / 2
    from = to
  }
  return ranks
}

/** Spearman's rank correlation of pairs: 1 when both are in the same order; null when there is no order to speak of. */
export function rankCorrelation(pairs: [number, number][]): number | null {
  const a = ranksOf(pairs.map(([first]) => first))
  const b = ranksOf(pairs.map(([, second]) => second))
  const middle = (pairs.length - 1) / 2
  let [ab, aa, bb] = [0, 0, 0]
  for (let i = 0; i < pairs.length; i++) {
    const [x, y] = [(a[i] as number) - middle, (b[i] as number) - middle]
    ab += x * y
    aa += x * x
    bb += y * y
  }
  return aa > 0 && bb > 0 ? ab / Math.sqrt(aa * bb) : null
}

/** By how much later than a pair behind it anybody came, with pairs of (place, time): 0 when all kept their order. */
export function greatestInversion(pairs: [number, number][]): number {
  let latest = Number.NEGATIVE_INFINITY
  let greatest = 0
  for (const [, time] of pairs.toSorted(([a], [b]) => a - b)) {
    greatest = Math.max(greatest, latest - time)
    latest = Math.max(latest, time)
  }
  return greatest
}
