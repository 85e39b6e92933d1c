import { existsSync } from 'node:fs'
import type { LaunchOptions } from '@playwright/test'

/** Debian's browser where there is one; elsewhere the one that Playwright installs. */
const debianChromium = '/usr/bin/chromium'

const args = [
  // What the browser would fetch for itself only disturbs a test.
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** How the browser of the tests is started. */
export const launchOptions: LaunchOptions = {
  ...(existsSync(debianChromium) && { executablePath: debianChromium }),
  args: process.getuid?.() === 0 ? ['--no-sandbox', ...args] : args,
}
