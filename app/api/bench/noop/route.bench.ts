import { connection } from 'next/server'

// The least that a route handler can do: what Next itself costs. In the build of `npm run bench` only.

const headers = { 'cache-control': 'no-store' }

export async function GET() {
  await connection()
  return Response.json({ ok: true }, { headers })
}

export async function POST(request: Request) {
  const body: unknown = await request.json()
  return Response.json({ ok: body !== null }, { headers })
}
