'use server'

import { field, mountAction, numberField } from '@/lib/web/action'
import { reserveEndpoint } from '@/lib/web/endpoints/carts'

export const reserveAction = mountAction(reserveEndpoint, (form) => ({
  params: { slug: field(form, 'slug'), itemId: field(form, 'itemId') },
  body: { quantity: numberField(form, 'quantity'), captcha: field(form, 'captcha') },
}))
