/**
 * Runs after every `npm install`. The driver of the ledger, postgres 3.4.9, can't lose a connection in the middle of a
 * transaction: it writes to a socket that is gone, which ends the process (porsager/postgres#1208, #1154), or never
 * writes to that connection again, or answers its next query with the error of the last one. And while a load balancer
 * takes connections and closes them, it tries again without a pause or an end. And its queue of busy connections grows
 * with every query as long as it is never empty, and is searched from its beginning each time: a server under a steady
 * load loses half its speed within a hundred thousand orders. Remove this with the first version of the driver that
 * has these fixes.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const patched = '3.4.9'
const home = fileURLToPath(new URL('../node_modules/postgres/', import.meta.url))

const connectionFixes = [
  [
    `  function nextWrite(fn) {
    const x = socket.write(chunk, fn)
`,
    `  function nextWrite(fn) {
    if (!socket) {
      const lost = Errors.connection('CONNECTION_CLOSED', options, socket)
      query && queryError(query, lost)
      while (sent.length)
        queryError(sent.shift(), lost)
      query = chunk = nextWriteTimer = null
      return false
    }
    const x = socket.write(chunk, fn)
`,
  ],
  [
    `    clearImmediate(nextWriteTimer)
`,
    `    clearImmediate(nextWriteTimer)
    chunk = nextWriteTimer = null
`,
  ],
  [
    `    if (initial)
      return reconnect()

    !hadError && (query || sent.length) && error(Errors.connection('CONNECTION_CLOSED', options, socket))
`,
    `    if (initial && options.host[1])
      return reconnect()

    initial && errored(Errors.connection('CONNECTION_CLOSED', options, socket))
    !hadError && (query || sent.length) && error(Errors.connection('CONNECTION_CLOSED', options, socket))
    query = results = errorResponse = null
    result = new Result()
`,
  ],
]

const queueFixes = [
  [
    `        xs[index - 1] = undefined
`,
    `        xs[index - 1] = undefined
        if (index > 100) {
          xs = xs.slice(index)
          index = 0
        }
`,
  ],
]

if (existsSync(home)) {
  const { version } = JSON.parse(readFileSync(`${home}package.json`, 'utf8'))
  if (version !== patched)
    throw new Error(`postgres is ${version}: check whether scripts/patch-driver.mjs is still needed.`)
  // The builds for import and for require.
  for (const build of ['src', 'cjs/src']) {
    mend(`${home}${build}/connection.js`, connectionFixes)
    mend(`${home}${build}/queue.js`, queueFixes)
  }
}

function mend(file, fixes) {
  let source = readFileSync(file, 'utf8')
  for (const [was, is] of fixes) {
    if (source.includes(is)) continue
    if (!source.includes(was)) throw new Error(`${file} is not the one of postgres ${patched}.`)
    source = source.replaceAll(was, is)
  }
  writeFileSync(file, source)
}
