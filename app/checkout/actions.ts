'use server'

import { keepAnswer } from '@/app/posted'
import { orderBodySchema } from '@/lib/contract'
import { field, mountAction } from '@/lib/web/action'
import { orderEndpoint } from '@/lib/web/endpoints/orders'

export const orderAction = keepAnswer(
  'order',
  mountAction(orderEndpoint, (form) => ({
    params: { slug: field(form, 'slug') },
    headers: { 'idempotency-key': field(form, 'idempotencyKey') },
    body: Object.fromEntries(
      Object.keys(orderBodySchema.shape).flatMap((name) => {
        const value = field(form, name)
        return value === undefined ? [] : [[name, value]]
      }),
    ),
  })),
)
