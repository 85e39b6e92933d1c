import { refused } from '@/lib/result'
import { respond, toResponse } from '@/lib/web/respond'

// An API client gets a problem document for a wrong address too, not a page.
const answer = () => toResponse(respond(refused('not_found')))

export { answer as DELETE, answer as GET, answer as PATCH, answer as POST, answer as PUT }
