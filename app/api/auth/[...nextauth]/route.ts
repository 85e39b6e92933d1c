import type { NextRequest } from 'next/server'
import NextAuth from 'next-auth'
import { context } from '@/lib/open-context'
import { authOptions } from '@/lib/web/auth'

type RouteContext = { params: Promise<{ nextauth: string[] }> }

/** Signing in and out: next-auth's own calls, with its token against forged forms. */
const answer = (request: NextRequest, route: RouteContext) => NextAuth(request, route, authOptions(context()))

export { answer as GET, answer as POST }
