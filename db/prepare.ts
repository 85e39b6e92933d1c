import { env } from '../lib/env'
import { createContext } from '../lib/open-context'
import { renewDemo } from '../lib/sales/demo'
import { migrateLedger } from './migrate'

// What `npm start` runs before the server: the schema, and in a demo shop its sales.
const settings = env()
await migrateLedger(settings.DATABASE_URL)
if (settings.STAMPEDE_DEMO === '1') {
  const ctx = createContext('prepare', settings)
  await renewDemo(ctx)
  await ctx.close()
}
