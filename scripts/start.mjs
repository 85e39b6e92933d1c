// npm start, npm run dev: installs what is missing, then becomes the supervisor (supervise.ts) itself.
import { ensureInstalled } from './install.mjs'

ensureInstalled()
// In this same process, so that one Ctrl-C is one signal and nothing stays behind when it is killed.
const { register } = await import('tsx/esm/api')
register()
await import('./supervise.ts')
