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
