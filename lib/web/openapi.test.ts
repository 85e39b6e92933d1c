import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { reasons } from '../result'
import { openApiDocument } from './openapi'

const root = 'app/api/v1'

/** Method and path of every route handler under /api/v1, as the OpenAPI document writes them. */
function mounted(): string[] {
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('route.ts'),
  )
  return files.flatMap((file) => {
    if (file.includes('[...')) return []
    const path = `/${file
      .replace(/\/route\.ts$/, '')
      .replaceAll('[', '{')
      .replaceAll(']', '}')}`
    const source = readFileSync(join(root, file), 'utf8')
    return [...source.matchAll(/export (?:const|async function|function) (GET|PUT|POST|DELETE)\b/g)].map(
      ([, method]) => `${method} ${path}`,
    )
  })
}

test('the document describes exactly the routes that are mounted', () => {
  expect(existsSync(root)).toBe(true)
  const described = Object.entries(openApiDocument().paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  )
  expect(described.sort()).toEqual(mounted().sort())
  expect(described.length).toBeGreaterThan(12)
})

test('the document names every reason', () => {
  const text = JSON.stringify(openApiDocument().components.responses)
  for (const reason of reasons) expect(text).toContain(reason)
})
