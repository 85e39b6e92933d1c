import { readSaleEndpoint } from '@/lib/web/endpoints/sales'
import { mountRoute } from '@/lib/web/route'

export const GET = mountRoute(readSaleEndpoint)
