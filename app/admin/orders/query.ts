import { z } from 'zod'
import { orderStates } from '@/lib/orders/list'
import { idPatterns } from '@/lib/patterns'

/** What the address of the list says about it; a part that makes no sense counts as not given. */
const schema = z.object({
  search: z
    .string()
    .trim()
    .regex(/^[^\0]{1,200}$/)
    .optional()
    .catch(undefined),
  state: z.enum(orderStates).optional().catch(undefined),
  saleId: z.string().regex(idPatterns.sale).optional().catch(undefined),
  sort: z.enum(['newest', 'oldest']).optional().catch(undefined),
  after: z.coerce.number().int().positive().max(1e12).optional().catch(undefined),
})

export type OrdersQuery = z.infer<typeof schema>

export const readOrdersQuery = (asked: unknown): OrdersQuery => schema.parse(asked)

/** The part of an address that asks for this. */
export function writeOrdersQuery(query: OrdersQuery): string {
  const given = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)]],
  )
  return given.length === 0 ? '' : `?${new URLSearchParams(given)}`
}
