import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Home } from './home'
import { findInstalledRedis, findRedisProgram } from './redis-program'

let dir: string
let home: Home

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'stampede-redis-'))
  home = { dir, path: dir, account: null }
})
afterEach(() => rmSync(dir, { recursive: true }))

test('a machine with nothing of the kind has no Redis', () => {
  expect(findInstalledRedis(home, { path: dir, debianTool: join(dir, 'absent') })).toBe(null)
})

test('something that only has the name of the server is not taken for it', () => {
  writeFileSync(join(dir, 'redis-server'), '#!/bin/sh\necho hello\n', { mode: 0o755 })
  expect(findInstalledRedis(home, { path: dir, debianTool: join(dir, 'absent') })).toBe(null)
})

test('a server on PATH is preferred to the one in redis-tools, under either name', async () => {
  const { file } = await findRedisProgram(home, () => {})
  // The program looks at the name it is called by, so a link to it is a server of that name.
  symlinkSync(file, join(dir, 'valkey-server'))
  symlinkSync(file, join(dir, 'redis-server'))
  const places = { path: dir, debianTool: file }
  expect(findInstalledRedis(home, places)).toEqual({ file: join(dir, 'redis-server') })
  rmSync(join(dir, 'redis-server'))
  expect(findInstalledRedis(home, places)).toEqual({ file: join(dir, 'valkey-server') })
  expect(findInstalledRedis(home, { path: '', debianTool: file })).toEqual({ file, argv0: 'redis-server' })
})
