// node scripts/run.mjs file.ts args…: runs a TypeScript file with what the running shop knows about its stores.
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ensureInstalled } from './install.mjs'

/** Takes what is missing from the running shop. A store of your own is never mixed with the address of another. */
function takeEnvironment() {
  const ownRedis = Boolean(process.env.REDIS_URL || process.env.UPSTASH_REDIS_REST_URL)
  if (process.env.DATABASE_URL && ownRedis) return
  const file = join(process.env.STAMPEDE_DATA || '.data', 'run.json')
  if (!existsSync(file)) return
  for (const [name, value] of Object.entries(JSON.parse(readFileSync(file, 'utf8')).env)) {
    if (ownRedis && /^(UPSTASH_)?REDIS_/.test(name)) continue
    if (!process.env[name]) process.env[name] = value
  }
}

ensureInstalled()
takeEnvironment()
const [file, ...args] = process.argv.slice(2)
if (!file) {
  console.error('Usage: node scripts/run.mjs file.ts [arguments]')
  process.exit(1)
}
const child = spawn(process.execPath, ['--import', 'tsx', file, ...args], { stdio: 'inherit' })
// A terminal sends Ctrl-C to the child as well: passing it on would make it two.
process.on('SIGINT', () => process.stdin.isTTY || child.kill('SIGINT'))
process.on('SIGTERM', () => child.kill('SIGTERM'))
child.on('exit', (code, signal) => {
  if (!signal) process.exit(code ?? 1)
  // Ends as the child did, so that a shell sees that it was a signal.
  process.removeAllListeners(signal)
  process.kill(process.pid, signal)
})
