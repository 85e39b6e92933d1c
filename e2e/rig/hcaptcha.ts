import { join } from 'node:path'
import { choosePort } from '../../scripts/stores/ports'
import { startHcaptcha } from '../../tests/hcaptcha'
import { test as base } from './api'
import { assertNoFaults, startServer } from './processes'
import { rigFolder } from './runs'

type Hcaptcha = Awaited<ReturnType<typeof startHcaptcha>>

/** Tests on a server of their own, on the stores of this run's shop, that asks hCaptcha: a stand-in, over HTTP. */
export const test = base.extend<object, { hcaptcha: Hcaptcha; url: string; orWork: '0' | '1' }>({
  orWork: ['0', { option: true, scope: 'worker' }],
  hcaptcha: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of fixtures from the pattern.
    async ({}, use) => {
      const hcaptcha = await startHcaptcha()
      await use(hcaptcha)
      hcaptcha.stop()
    },
    { scope: 'worker' },
  ],
  url: [
    async ({ hcaptcha, orWork }, use, { workerIndex }) => {
      const port = String(await choosePort())
      const env = JSON.parse(process.env.E2E_ENV ?? '{}')
      const url = `http://localhost:${port}`
      const settings = { ...env, ...hcaptcha.env, PORT: port, PUBLIC_URL: url, HCAPTCHA_OR_WORK: orWork }
      const log = join(rigFolder(process.env.E2E_RUN ?? '', 'shop'), `hcaptcha-${workerIndex}.log`)
      const server = await startServer(settings, log)
      await use(url)
      await server.stop()
      assertNoFaults(log)
    },
    { scope: 'worker', timeout: 90_000 },
  ],
  baseURL: async ({ url }, use) => use(url),
})
