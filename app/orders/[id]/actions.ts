'use server'

import { keepAnswer } from '@/app/posted'
import { field, mountAction } from '@/lib/web/action'
import { cancelOrderEndpoint, confirmPaymentEndpoint, payEndpoint } from '@/lib/web/endpoints/orders'

export const payAction = keepAnswer(
  'pay',
  mountAction(payEndpoint, (form) => ({
    params: { id: field(form, 'orderId') },
    body: { method: { card: (field(form, 'card') ?? '').replaceAll(' ', '') } },
  })),
)

export const confirmPaymentAction = keepAnswer(
  'confirm',
  mountAction(confirmPaymentEndpoint, (form) => ({
    params: { id: field(form, 'orderId') },
  })),
)

export const cancelOrderAction = keepAnswer(
  'cancel',
  mountAction(cancelOrderEndpoint, (form) => ({
    params: { id: field(form, 'orderId') },
  })),
)
