import type { z } from 'zod'

type Checked<T> = z.ZodSafeParseResult<T>

const kept = new WeakMap<z.ZodType, WeakMap<object, Checked<unknown>>>()

/** Checks a value by its schema. A frozen one is given to many, so what came of it is kept as long as it is. */
export function check<T>(schema: z.ZodType<T>, value: unknown): Checked<T> {
  if (typeof value !== 'object' || value === null || !Object.isFrozen(value)) return schema.safeParse(value)
  let known = kept.get(schema)
  if (!known) {
    known = new WeakMap()
    kept.set(schema, known)
  }
  const before = known.get(value) as Checked<T> | undefined
  if (before) return before
  const checked = schema.safeParse(value)
  known.set(value, checked)
  return checked
}
