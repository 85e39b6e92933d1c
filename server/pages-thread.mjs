// A thread gets none of the loaders that its process was started with: it has to load TypeScript by itself.
import { register } from 'tsx/esm/api'

register()
await import('./pages.ts')
