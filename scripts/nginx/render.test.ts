import { expect, test } from 'vitest'
import { renderNginx } from './render'

const PUBLIC_URL = 'https://shop.example'

test('a line with a list is there once for each entry, and no variable is left', () => {
  const rendered = renderNginx({ PUBLIC_URL, APP_SERVERS: '10.0.0.5:3000,10.0.0.6:3000' })
  const servers = rendered.match(/^ {2}server \S+ max_fails/gm)
  expect(servers).toEqual(['  server 10.0.0.5:3000 max_fails', '  server 10.0.0.6:3000 max_fails'])
  expect(rendered.match(/^ {2}listen \[::\]:443 ssl http2/gm)).toHaveLength(2)
  expect(rendered).not.toContain('${')
})

test('the setting that is missing or wrong is named', () => {
  expect(() => renderNginx({})).toThrow('PUBLIC_URL')
  expect(() => renderNginx({ PUBLIC_URL: 'http://shop.example' })).toThrow('PUBLIC_URL')
  expect(() => renderNginx({ PUBLIC_URL, REQUEST_BURST: '1; deny all' })).toThrow('REQUEST_BURST')
})
