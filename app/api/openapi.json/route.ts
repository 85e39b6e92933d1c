import { openApiDocument } from '@/lib/web/openapi'

/** Static: it follows from the code alone. */
export function GET() {
  return Response.json(openApiDocument())
}
