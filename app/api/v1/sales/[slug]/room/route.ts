import { joinEndpoint } from '@/lib/web/endpoints/rooms'
import { mountRoute } from '@/lib/web/route'

export const POST = mountRoute(joinEndpoint)
