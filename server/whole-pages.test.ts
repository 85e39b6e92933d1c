import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { hashInlineScripts } from './inline-scripts'
import { createPages, sendWholePages, takeGzip } from './whole-pages'

/** What a client gets of a handler that writes as Next does. */
async function served(write: (response: ServerResponse) => void) {
  const pages = createPages('http://localhost')
  const server = createServer((request, response) => {
    sendWholePages(request, response, pages, takeGzip(request.headers, '/'))
    write(response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    const answer = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
    return { status: answer.status, headers: answer.headers, text: await answer.text() }
  } finally {
    server.close()
  }
}

const script = (letter: string) => `<script>self.__next_f.push([1,"${letter}"])</script>`

test('a page that comes in pieces is sent whole, with the hashes of all of them', async () => {
  const { headers, text } = await served((response) => {
    response.setHeader('content-type', 'text/html; charset=utf-8')
    response.flushHeaders()
    response.write(`<p>é</p>${script('a').slice(0, 20)}`)
    setImmediate(() => response.end(script('a').slice(20) + script('b')))
  })
  expect(text).toBe(`<p>é</p>${script('a')}${script('b')}`)
  const policy = headers.get('content-security-policy')
  expect(hashInlineScripts(text)).toHaveLength(2)
  for (const hash of hashInlineScripts(text)) expect(policy).toContain(hash)
})

test('a page that fails half-way is not sent: the answer that says so is', async () => {
  const { status, headers, text } = await served((response) => {
    response.setHeader('content-type', 'text/html')
    response.write(script('a'))
    response.writeHead(500, { 'content-type': 'application/problem+json' }).end('{}')
  })
  expect({ status, text, type: headers.get('content-type') }).toEqual({
    status: 500,
    text: '{}',
    type: 'application/problem+json',
  })
  expect(headers.get('content-security-policy')).toContain("default-src 'none'")
})

test('what is no page streams', async () => {
  const { headers, text } = await served((response) => {
    response.setHeader('content-type', 'text/x-component')
    response.write('1')
    response.end('2')
  })
  expect(text).toBe('12')
  expect(headers.get('content-length')).toBeNull()
})

const failed = (digest: string) =>
  `<!DOCTYPE html><html id="__next_error__"><head></head><body><template data-dgst="${digest}"></template>${script('a')}</body></html>`

const sentBy = (status: number, html: string) =>
  served((response) => {
    response.statusCode = status
    response.setHeader('content-type', 'text/html; charset=utf-8')
    response.setHeader('cache-control', 's-maxage=30')
    response.setHeader('etag', '"x"')
    response.end(html)
  })

test('I16: a page that Next failed to make is one that can be read without scripts, is no success and is not kept', async () => {
  for (const [said, sent] of [
    [200, 503],
    [500, 500],
  ] as const) {
    const { status, headers, text } = await sentBy(said, failed('123456'))
    expect(status).toBe(sent)
    expect(text).toMatch(/<h1>.*your cart is kept.*Try again.*123456/s)
    expect(text).not.toContain('<script')
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('etag')).toBeNull()
    expect(headers.get('content-security-policy')).toContain("script-src 'self';")
  }
})

test('a "not found", and a page that only speaks of such a failure, stay what they are', async () => {
  const gone = failed('NEXT_HTTP_ERROR_FALLBACK;404')
  expect(await sentBy(200, gone)).toMatchObject({ status: 200, text: gone })
  expect(await sentBy(404, failed('1'))).toMatchObject({ status: 404, text: failed('1') })
  const about = `<!DOCTYPE html><html lang="en"><body>${'x'.repeat(200)}<html id="__next_error__"></body></html>`
  expect(await sentBy(200, about)).toMatchObject({ status: 200, text: about })
})

test('what is not there is kept for a second at most; an empty refusal to fetch in advance not at all', async () => {
  expect((await sentBy(404, '<p>gone</p>')).headers.get('cache-control')).toContain('s-maxage=1,')
  const empty = await served((response) => {
    response.statusCode = 404
    response.setHeader('cache-control', 's-maxage=31536000')
    response.end()
  })
  expect(empty.headers.get('cache-control')).toBe('no-store')
  expect((await sentBy(200, '<p>here</p>')).headers.get('cache-control')).toBe('s-maxage=30')
})
