/** Calls `end` when whoever started this process and speaks with it has died, even if that was before this call. */
export function whenOrphaned(end: () => void): void {
  process.on('disconnect', end)
  if (process.connected === false) end()
}
