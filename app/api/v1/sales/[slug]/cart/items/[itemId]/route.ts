import { reserveEndpoint } from '@/lib/web/endpoints/carts'
import { mountRoute } from '@/lib/web/route'

export const PUT = mountRoute(reserveEndpoint)
