// npm test [--long]: every check there is, on a fresh clone too. All steps run even if one fails; the last line counts.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ensureChromium } from './chromium.mjs'
import { ensureInstalled, root } from './install.mjs'

// Without .env: tests never run on the stores of a shop that somebody configured there.
ensureInstalled({ envFile: false })

const isLong = process.argv.includes('--long')
const reports = mkdtempSync(join(tmpdir(), 'stampede-tests-'))
const total = { passed: 0, failed: 0, skipped: 0 }
/** What failed and why, said once more at the end: a log of which only the tail is kept still tells. */
const failures = []

// A NODE_ENV that the terminal exported would make React behave differently from what the tests expect.
const { NODE_ENV: _, ...environment } = process.env
if (isLong) environment.TEST_SIZE = 'long'

function heading(text) {
  console.log(`\n== ${text}`)
}

/** Runs one command to its end and says how long it took. Answers whether it succeeded. */
function run(command, args, extra = {}) {
  const started = Date.now()
  const { status } = spawnSync(command, args, {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...environment, ...extra },
  })
  console.log(
    `-- ${status === 0 ? 'passed' : 'FAILED'} after ${((Date.now() - started) / 1000).toFixed(1)} s`,
  )
  return status === 0
}

/** A step without a count of its own is one test. */
function one(name, command, args) {
  heading(name)
  const passed = run(command, args)
  total[passed ? 'passed' : 'failed']++
  if (!passed) failures.push({ name, reason: 'Its output stands above.' })
  return passed
}

/** Adds up what a test runner reported. One that failed without a failed test, or broke off, counts as a failure. */
function add(report, isPassed, read) {
  let failed = 0
  try {
    const told = read(JSON.parse(readFileSync(report, 'utf8')))
    total.passed += told.passed
    total.skipped += told.skipped
    failed = told.failed
    failures.push(...told.failures)
  } catch {
    console.error('The test runner left no report.')
  }
  total.failed += isPassed ? failed : Math.max(failed, 1)
}

/** The failed tests of a Vitest report, a file that broke before its tests included. */
function failuresOfVitest({ testResults }) {
  return testResults.flatMap((file) => {
    const failed = file.assertionResults.filter((test) => test.status === 'failed')
    const told = failed.map((test) => ({
      name: `${file.name} › ${test.fullName}`,
      reason: test.failureMessages.join('\n'),
    }))
    return file.status === 'failed' && told.length === 0 ? [{ name: file.name, reason: file.message }] : told
  })
}

/** The failed tests of a Playwright report, at any depth of its suites. */
function failuresOfPlaywright({ suites = [], specs = [] }) {
  const told = specs
    .filter((spec) => !spec.ok)
    .map((spec) => {
      const errors = spec.tests.flatMap((test) => test.results).flatMap((result) => result.errors)
      return {
        name: `${spec.file}:${spec.line} › ${spec.title}`,
        reason: errors.map((error) => error.message).join('\n'),
      }
    })
  return [...told, ...suites.flatMap(failuresOfPlaywright)]
}

function checks() {
  heading('route types')
  // As a demo: a shop that is real needs a key to be built.
  run('npx', ['next', 'typegen'], { STAMPEDE_DEMO: '1' })
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  for (const name of Object.keys(scripts).filter((key) => key.startsWith('check:'))) {
    one(name, 'npm', ['run', '--silent', name])
  }
}

function unitTests() {
  heading('unit and integration tests')
  const report = join(reports, 'vitest.json')
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  const passed = run('npx', ['vitest', 'run', ...reporters])
  add(report, passed, (told) => ({
    passed: told.numPassedTests,
    failed: told.numFailedTests,
    skipped: told.numPendingTests + told.numTodoTests,
    failures: failuresOfVitest(told),
  }))
}

function browserTests() {
  heading('browser tests')
  const problem = ensureChromium()
  if (problem) {
    console.error(problem)
    total.failed++
    return
  }
  const report = join(reports, 'playwright.json')
  const passed = run('npx', ['playwright', 'test', '--reporter=list,json'], {
    PLAYWRIGHT_JSON_OUTPUT_FILE: report,
  })
  add(report, passed, (told) => ({
    passed: told.stats.expected + told.stats.flaky,
    failed: told.stats.unexpected,
    skipped: told.stats.skipped,
    failures: failuresOfPlaywright(told),
  }))
}

checks()
unitTests()
if (one('production build', process.execPath, ['--import', 'tsx', 'scripts/build.ts'])) browserTests()
else console.log('\nThe browser tests need the build: they were left out.')

rmSync(reports, { recursive: true, force: true })
for (const { name, reason } of failures) {
  console.log(`\nFAILED ${name}\n${reason.slice(0, 2000).replace(/^/gm, '  ')}`)
}
console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`)
process.exit(total.failed > 0 ? 1 : 0)
