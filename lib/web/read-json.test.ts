import { expect, test } from 'vitest'
import { config } from '../config'
import { readJson } from './read-json'

const post = (body: BodyInit, type = 'application/json') =>
  new Request('http://shop.example/', { method: 'POST', body, headers: { 'content-type': type } })

test('JSON in UTF-8 is read', async () => {
  expect(await readJson(post('{"a":"ü"}'))).toEqual({ ok: true, value: { a: 'ü' } })
  expect(await readJson(post('{}', 'application/json; charset=utf-8'))).toMatchObject({ ok: true })
})

test.each([
  ['invalid UTF-8', new Uint8Array([0x7b, 0xff, 0xfe, 0x7d])],
  ['UTF-16', new Uint8Array(Buffer.from('{"a":1}', 'utf16le'))],
  ['no JSON', 'quantity=1'],
  ['nothing', ''],
  ['a body nested too deeply', `${'['.repeat(50)}${']'.repeat(50)}`],
])('%s is invalid_input', async (_what, body) => {
  expect(await readJson(post(body))).toMatchObject({ ok: false, reason: 'invalid_input' })
})

test.each(['text/plain', 'application/x-www-form-urlencoded', 'application/json; charset=utf-16', ''])(
  'the media type "%s" is unsupported_media_type',
  async (type) => {
    expect(await readJson(post('{}', type))).toMatchObject({ reason: 'unsupported_media_type' })
  },
)

test('a body that is too large is too_large, whatever its headers promise', async () => {
  const big = JSON.stringify({ a: 'x'.repeat(config.http.bodyLimitBytes) })
  expect(await readJson(post(big))).toMatchObject({ reason: 'too_large' })
  const endless = new ReadableStream({
    pull: (stream) => stream.enqueue(new Uint8Array(4_096).fill(32)),
  })
  const request = new Request('http://shop.example/', {
    ...{ method: 'POST', body: endless, duplex: 'half' },
    headers: { 'content-type': 'application/json' },
  } as RequestInit)
  expect(await readJson(request)).toMatchObject({ reason: 'too_large' })
})
