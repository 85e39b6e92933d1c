import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { adminActions, adminPages, permissionOfPage, permissions, roles } from '../lib/permissions'

const files = readdirSync('app/admin', { recursive: true, encoding: 'utf8' }).map(
  (path) => `app/admin/${path}`,
)
const named = (name: RegExp) => files.filter((file) => name.test(file)).toSorted()

test('every page and route of the admin is in the table of permissions, and nothing else is', () => {
  const found = named(/\/(page\.tsx|route\.ts)$/).map((file) =>
    file.replace(/^app/, '').replace(/\/(page\.tsx|route\.ts)$/, ''),
  )
  expect(found.toSorted()).toEqual(Object.keys(adminPages).toSorted())
})

test('every action of the admin is in the table, and asks for what the table says', () => {
  const found = named(/\/actions\.ts$/).flatMap((file) => {
    const source = readFileSync(file, 'utf8')
    return [...source.matchAll(/^export (?:const|async function|function) (\w+)/gm)].map(
      ([, name = '']) => name,
    )
  })
  expect(found.toSorted()).toEqual(Object.keys(adminActions).toSorted())
})

test('every page and route asks for the permission of the table by itself, whatever stands in front of it', () => {
  for (const [page, permission] of Object.entries(adminPages)) {
    if (permission === 'nobody') continue
    const file = files.includes(`app${page}/route.ts`) ? 'route.ts' : 'page.tsx'
    const source = readFileSync(`app${page}/${file}`, 'utf8')
    expect(source, page).toContain(`admit('${permission}')`)
  }
})

test('an owner may do everything, and a shopper nothing', () => {
  for (const [permission, allowed] of Object.entries(permissions)) {
    expect(allowed, permission).toContain('owner')
    expect(allowed, permission).not.toContain('shopper')
    for (const role of allowed) expect(roles).toContain(role)
  }
})

test('the page of one sale is found by its pattern, and no other path', () => {
  expect(permissionOfPage('/admin/sales/sal_0123456789ab')).toBe('sales.read')
  expect(permissionOfPage('/admin/orders/csv'), 'a word, no id').toBe('orders.export')
  for (const path of ['/admin/sales', '/admin/sales/a/b', '/admin/', '/adminx', '/']) {
    expect(permissionOfPage(path), path).toBeUndefined()
  }
})
