import { assertNoFaults } from './processes'
import { startRig } from './rig'
import { clearEndedRuns, rigFolder } from './runs'

/** One shop for the whole run. At its end the server must not have met a fault, whatever was thrown at it. */
export default async function setup() {
  await clearEndedRuns()
  const rig = await startRig(rigFolder(process.pid, 'shop'))
  process.env.E2E_URL = rig.url
  process.env.E2E_ENV = JSON.stringify(rig.env)
  process.env.E2E_RUN = String(process.pid)
  return async () => {
    await rig.stop()
    assertNoFaults(rig.serverLog)
  }
}
