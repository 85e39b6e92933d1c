/**
 * Who may import whom: one table, checked by `npm test`. A file may import files of its own layer and of the layers
 * that its line names; drivers and Next appear only where the lines below say.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import process from 'node:process'

type Layer = { name: string; files: RegExp; may: string[] }

const nouns = ['audit', 'accounts', 'units', 'sales', 'rooms', 'holds', 'orders', 'payments', 'repairs']

/** First match wins. `may: ['*']` is an entry point: nobody imports it, it may import everything. */
const layers: Layer[] = [
  { name: 'tests', files: /\.(test|spec)\.tsx?$|^(tests|e2e)\//, may: ['*'] },
  { name: 'entry', files: /^(server|worker|scripts|app)\/|^db\/prepare\.ts$|^[^/]+\.ts$/, may: ['*'] },
  { name: 'components', files: /^components\//, may: ['base'] },
  {
    name: 'web',
    files: /^lib\/web\//,
    may: ['base', 'db', 'context', 'open-context', 'provider-types', ...nouns],
  },
  { name: 'open-context', files: /^lib\/open-context\.ts$/, may: ['base', 'db', 'context', 'payments'] },
  { name: 'context', files: /^lib\/context\.ts$/, may: ['base', 'db', 'provider-types'] },
  { name: 'provider-types', files: /^lib\/payments\/types\.ts$/, may: ['base'] },
  ...nouns.map((noun, at) => ({
    name: noun,
    files: new RegExp(`^lib/${noun}/`),
    may: ['base', 'db', 'context', 'provider-types', ...nouns.slice(0, at)],
  })),
  { name: 'db', files: /^db\//, may: ['base'] },
  { name: 'base', files: /^lib\/[^/]+\.ts$/, may: [] },
]

/** Packages that only the named files may import. */
const fences: { what: RegExp; only: RegExp }[] = [
  { what: /^(postgres|ioredis)$/, only: /^db\// },
  { what: /^@upstash\/redis/, only: /^db\/|^lib\/(context|web\/rate-limit)\.ts$/ },
  { what: /^@upstash\/ratelimit/, only: /^lib\/web\/rate-limit\.ts$/ },
  { what: /^next(-auth)?(\/|$)/, only: /^(app|components|lib\/web|server)\/|^next\.config\.ts$/ },
  { what: /^react/, only: /^(app|components)\// },
]

const layerOf = (file: string) => layers.find((layer) => layer.files.test(file))

/** The repository's file an import means, or null for a package. */
function resolve(from: string, specifier: string): string | null {
  if (specifier.startsWith('@/')) return normalize(specifier.slice(2))
  return specifier.startsWith('.') ? normalize(join(dirname(from), specifier)) : null
}

const complaints: string[] = []

function check(file: string, layer: Layer, specifier: string) {
  const target = resolve(file, specifier)
  if (target === null) {
    const fence = fences.find(({ what }) => what.test(specifier))
    if (fence && layer.name !== 'tests' && layer.name !== 'entry' && !fence.only.test(file)) {
      complaints.push(`${file} may not import the package ${specifier}`)
    }
    return
  }
  const name = /\.(ts|tsx|css|json|mjs)$/.test(target) ? target : `${target}.ts`
  const other = layerOf(name)
  if (!other || other.name === layer.name || layer.may.includes('*') || layer.may.includes(other.name)) return
  complaints.push(`${file} (${layer.name}) may not import ${name} (${other.name})`)
}

const badName = /(^|\/)(utils?|helpers?|common|misc|index|\w*[sS]ervice|\w*[mM]anager)\.tsx?$/

const folders = ['app', 'components', 'db', 'lib', 'server', 'worker', 'scripts', 'tests', 'e2e']
const files = folders.flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((path) => join(folder, path)),
)
for (const file of files.filter((path) => /\.tsx?$/.test(path))) {
  const layer = layerOf(file)
  if (!layer) {
    complaints.push(`${file} is in no layer: add it to the table`)
    continue
  }
  if (badName.test(file) && file !== 'scripts/stores/index.ts')
    complaints.push(`${file}: name it after what it does`)
  const source = readFileSync(file, 'utf8')
  for (const [, specifier = ''] of source.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g))
    check(file, layer, specifier)
}

for (const complaint of complaints) console.error(complaint)
if (complaints.length > 0) process.exit(1)
console.log('Imports keep to the table.')
