import { spawnSync } from 'node:child_process'

const installMs = 300_000

/** Runs a package manager. Answers null when it worked, else the end of what it said. */
export function manage(command: string, args: string[], cwd = '/'): string | null {
  const run = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: installMs,
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', HOMEBREW_NO_AUTO_UPDATE: '1' },
  })
  if (run.status === 0) return null
  return `"${command} ${args.join(' ')}" failed: ${run.error?.message ?? run.stderr.trim().slice(-600)}`
}
