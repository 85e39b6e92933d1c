import { proveEndpoint } from '@/lib/web/endpoints/proofs'
import { mountRoute } from '@/lib/web/route'

export const POST = mountRoute(proveEndpoint)
