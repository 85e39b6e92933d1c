/** Builds the pages as `npm start` would, if anything they are made of has changed: what `npm test` then tests. */

import { buildIfChanged } from './supervise/build'
import { setMissing } from './supervise/environment'
import { demoSecrets } from './supervise/secrets'

setMissing({ ...demoSecrets(), NEXT_TELEMETRY_DISABLED: '1' })
try {
  await buildIfChanged(new AbortController().signal)
} catch (error) {
  console.error((error as Error).message)
  process.exit(1)
}
