import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The checkout. */
export const root = fileURLToPath(new URL('../..', import.meta.url))

/** A file of the checkout, as the argument of Node: with its full path a process list tells two checkouts apart. */
export const fileInRoot = (path: string) => join(root, path)
