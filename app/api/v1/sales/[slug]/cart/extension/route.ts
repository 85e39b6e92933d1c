import { extendEndpoint } from '@/lib/web/endpoints/carts'
import { mountRoute } from '@/lib/web/route'

export const POST = mountRoute(extendEndpoint)
