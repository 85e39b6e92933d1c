import { challengeEndpoint } from '@/lib/web/endpoints/proofs'
import { mountRoute } from '@/lib/web/route'

export const GET = mountRoute(challengeEndpoint)
