import { renewDemoTeam } from '../lib/accounts/demo'
import { hasOwner } from '../lib/accounts/find'
import { firstRunUrl } from '../lib/accounts/first-run'
import { env } from '../lib/env'
import { createContext } from '../lib/open-context'
import { renewDemo } from '../lib/sales/demo'
import { migrateLedger } from './migrate'

// What `npm start` runs before the server: the schema, and in a demo shop its sales and team. What it prints, `npm start`
// says once the shop is open: how to get into the admin.
const settings = env()
await migrateLedger(settings.DATABASE_URL)
const ctx = createContext('prepare', settings)
if (settings.STAMPEDE_DEMO === '1') {
  await renewDemo(ctx)
  console.log(`The admin is at ${new URL('/admin', settings.PUBLIC_URL).href}; sign in as one of`)
  for (const { role, email, password } of await renewDemoTeam(ctx))
    console.log(`  ${role.padEnd(6)}  ${email.padEnd(20)}  ${password}`)
} else if (!(await hasOwner(ctx))) {
  console.log('Nobody owns this shop yet. Whoever opens this address first does:')
  console.log(`  ${firstRunUrl(settings.PUBLIC_URL, settings.APP_SECRET)}`)
}
await ctx.close()
