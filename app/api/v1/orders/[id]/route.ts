import { cancelOrderEndpoint, readOrderEndpoint } from '@/lib/web/endpoints/orders'
import { mountRoute } from '@/lib/web/route'

export const GET = mountRoute(readOrderEndpoint)
export const DELETE = mountRoute(cancelOrderEndpoint)
