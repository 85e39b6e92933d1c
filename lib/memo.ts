/**
 * Remembers what `make` made of short texts: what a crowd says is mostly the same. Of at most `most` texts, of at most
 * `longest` characters each, so that nobody fills the memory; when there are more it begins anew.
 */
export function createMemo<T>(
  { most, longest }: { most: number; longest: number },
  make: (text: string) => T,
): (text: string) => T {
  const kept = new Map<string, T>()
  return (text) => {
    const known = kept.get(text)
    if (known !== undefined) return known
    const made = make(text)
    if (text.length > longest) return made
    if (kept.size >= most) kept.clear()
    kept.set(text, made)
    return made
  }
}
