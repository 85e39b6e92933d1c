/**
 * Makes `instanceof` go by an error's name. Next gives each bundle its own copy of a class, and one process-wide client
 * made in one bundle throws its errors in all of them.
 */
export const named =
  (name: string) =>
  (error: unknown): boolean =>
    error instanceof Error && error.name === name
