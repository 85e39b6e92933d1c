import { connection } from 'next/server'

/** The process answers. Says nothing about the stores: a store that is down is no reason to kill a server. */
export async function GET() {
  await connection()
  return new Response('ok', { headers: { 'cache-control': 'no-store' } })
}
