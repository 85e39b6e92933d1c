import { confirmPaymentEndpoint } from '@/lib/web/endpoints/orders'
import { mountRoute } from '@/lib/web/route'

export const POST = mountRoute(confirmPaymentEndpoint)
