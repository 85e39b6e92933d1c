import { defineConfig, devices } from '@playwright/test'
import { launchOptions } from './e2e/rig/browser'

/** Compares times with each other: while something else has the processors for one of them, that says nothing. */
const alone = 'api/withstand-a-flood.spec.ts'

/** The production build, on a shop of the run's own (`e2e/rig`): over HTTP alone in `e2e/api`, elsewhere in a browser. */
export default defineConfig({
  testDir: './e2e',
  globalSetup: './e2e/rig/global-setup.ts',
  fullyParallel: true,
  workers: 2,
  retries: 0,
  forbidOnly: true,
  timeout: 60_000,
  expect: { timeout: 15_000 },
  reporter: 'list',
  use: {
    ...devices['Desktop Chrome'],
    // Set by the rig, which chooses a free port.
    baseURL: process.env.E2E_URL,
    trace: { mode: 'retain-on-failure', screenshots: false, sources: false },
    video: 'off',
    launchOptions,
  },
  projects: [
    { name: 'http', testMatch: 'api/**/*.spec.ts', testIgnore: alone },
    { name: 'browser', testIgnore: 'api/**' },
    { name: 'alone', testMatch: alone, dependencies: ['http', 'browser'] },
  ],
})
