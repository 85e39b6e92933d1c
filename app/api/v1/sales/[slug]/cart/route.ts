import { readCartEndpoint, releaseEndpoint } from '@/lib/web/endpoints/carts'
import { mountRoute } from '@/lib/web/route'

export const GET = mountRoute(readCartEndpoint)
export const DELETE = mountRoute(releaseEndpoint)
