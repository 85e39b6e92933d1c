'use server'

import { keepAnswer } from '@/app/posted'
import { field, mountAction, numberField } from '@/lib/web/action'
import { extendEndpoint, releaseEndpoint, reserveEndpoint } from '@/lib/web/endpoints/carts'

export const reserveAction = keepAnswer(
  'reserve',
  mountAction(reserveEndpoint, (form) => ({
    params: { slug: field(form, 'slug'), itemId: field(form, 'itemId') },
    body: { quantity: numberField(form, 'quantity'), captcha: field(form, 'captcha') },
  })),
)

export const releaseAction = keepAnswer(
  'release',
  mountAction(releaseEndpoint, (form) => ({
    params: { slug: field(form, 'slug') },
  })),
)

export const extendAction = keepAnswer(
  'extend',
  mountAction(extendEndpoint, (form) => ({ params: { slug: field(form, 'slug') } })),
)
