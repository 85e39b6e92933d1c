import { randomBytes } from 'node:crypto'
import { newBuyerId } from '../../lib/id'
import { admissionOf } from '../../lib/rooms/ticket'
import { newBuyer } from '../../lib/web/identity'
import type { BenchSale } from './sales'
import type { BenchShop } from './shop'

const boundary = '----stampede-bench-7d4a6d158c9'

type Parts = { method: string; path: string; headers?: Record<string, string>; body?: string }

/** The text of an HTTP/1.1 request. */
export function http({ method, path, headers = {}, body }: Parts): string {
  const lines = [`${method} ${path} HTTP/1.1`, 'Host: localhost']
  for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${value}`)
  if (body !== undefined) lines.push(`Content-Length: ${Buffer.byteLength(body)}`)
  return `${lines.join('\r\n')}\r\n\r\n${body ?? ''}`
}

export const get = (path: string) => http({ method: 'GET', path })

/** A call of the API by a buyer. `more` are further headers. */
export const json = (
  method: string,
  path: string,
  token: string,
  body: unknown,
  more: Record<string, string> = {},
) =>
  http({
    method,
    path,
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json', ...more },
    body: JSON.stringify(body),
  })

/** A call of the bare server. */
export const bare = (path: string, body: object) =>
  http({
    ...{ method: 'POST', path, headers: { 'Content-Type': 'application/json' } },
    body: JSON.stringify(body),
  })

/** Some address outside of the networks that the bench's shop trusts, as its proxy would name it. */
export const someAddress = () =>
  `2001:db8:${randomBytes(2).toString('hex')}:${randomBytes(2).toString('hex')}::1`

/** A wish of a buyer who was never here before, as all of the crowd in the first second. */
export const reserveWish = (shop: Pick<BenchShop, 'secret'>, method: string, path: string) => () =>
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

/** A wish of a new buyer from some network, who was admitted to a sale with a waiting room. */
export const admittedWish = (shop: BenchShop, { saleId, api, itemId }: BenchSale) => {
  const until = Date.now() + 3_600_000
  return () => {
    const { buyerId, token } = newBuyer(shop.secret)
    return json(
      'PUT',
      `${api}/cart/items/${itemId}`,
      token,
      { quantity: 1 },
      {
        Admission: admissionOf(shop.secret, { saleId, buyerId }, until),
        'X-Forwarded-For': someAddress(),
      },
    )
  }
}

/** The same wish to the bare server, with the scripts of both limits or without. */
export const bareWish = (sale: BenchSale, isLimited = false) => {
  const wish = { saleId: sale.saleId, epoch: sale.record.epochText, itemId: sale.itemId, quantity: 1 }
  return () =>
    bare(isLimited ? '/limited-reserve' : '/reserve', {
      ...{ ...wish, buyer: newBuyerId() },
      ...(isLimited && { network: someAddress() }),
    })
}
