const begun = Date.now()

const elapsed = (since = begun) => `${((Date.now() - since) / 1000).toFixed(1)} s`

/** One line for whoever watches the terminal, after the seconds since the start. */
export function say(text: string): void {
  console.log(`${elapsed().padStart(8)}  ${text}`)
}

/** Says what is being done, does it, and says how long it took. Passes on the fault of `work`. */
export async function step<T>(doing: string, work: () => Promise<T>): Promise<T> {
  const since = Date.now()
  say(`${doing} …`)
  const result = await work()
  say(`  done in ${elapsed(since)}`)
  return result
}
