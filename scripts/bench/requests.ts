import { newBuyerId } from '../../lib/id'
import { newBuyer } from '../../lib/web/identity'
import type { BenchSale } from './sales'
import type { BenchShop } from './shop'

const boundary = '----stampede-bench-7d4a6d158c9'

type Parts = { method: string; path: string; headers?: Record<string, string>; body?: string }

/** The text of an HTTP/1.1 request. */
export function http({ method, path, headers = {}, body }: Parts): string {
  const lines = [`${method} ${path} HTTP/1.1`, 'Host: 127.0.0.1']
  for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${value}`)
  if (body !== undefined) lines.push(`Content-Length: ${Buffer.byteLength(body)}`)
  return `${lines.join('\r\n')}\r\n\r\n${body ?? ''}`
}

export const get = (path: string) => http({ method: 'GET', path })

export const json = (method: string, path: string, token: string, body: unknown, key?: string) =>
  http({
    method,
    path,
    headers: {
      Authorization: `Bearer ${token}`,
      'Content-Type': 'application/json',
      ...(key && { 'Idempotency-Key': key }),
    },
    body: JSON.stringify(body),
  })

/** A wish of a buyer who was never here before, as all of the crowd in the first second. */
export const reserveWish = (shop: BenchShop, method: string, path: string) => () =>
  json(method, path, newBuyer(shop.secret).token, { quantity: 1 })

/**
 * A call of a server action from its page, as React encodes the arguments (previous answer, form): `0` holds them, and
 * the fields of the form, its second part, are named `_1_…`.
 */
export const actionCall = (
  shop: BenchShop,
  path: string,
  actionId: string,
  fields: Record<string, string>,
) => {
  const parts = Object.entries(fields).map(([name, value]) => [`_1_${name}`, value])
  const body = [...parts, ['0', '[null,"$K1"]']]
    .map(
      ([name, value]) =>
        `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
    )
    .join('')
  return () =>
    http({
      method: 'POST',
      path,
      headers: {
        Accept: 'text/x-component',
        Origin: shop.origin,
        Cookie: `buyer=${newBuyer(shop.secret).token}`,
        'Next-Action': actionId,
        'Content-Type': `multipart/form-data; boundary=${boundary}`,
      },
      body: `${body}--${boundary}--\r\n`,
    })
}

/** The bare server's own call. */
export const bareReserve = (sale: BenchSale) => {
  const wish = { saleId: sale.saleId, epoch: sale.record.epochText, itemId: sale.itemId, quantity: 1 }
  return () =>
    http({
      method: 'PUT',
      path: '/',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ ...wish, buyer: newBuyerId() }),
    })
}
