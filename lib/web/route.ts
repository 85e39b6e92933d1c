import { connection } from 'next/server'
import { context } from '../open-context'
import { answer } from './answer'
import type { Endpoint } from './endpoint'
import { toResponse } from './respond'

/** Next gives a route without segments no params. */
type RouteContext = { params: Promise<Record<string, string | string[] | undefined> | undefined> }

/** Mounts an endpoint as a Next route handler. */
export const mountRoute =
  <Params, Body, Query, Out>(endpoint: Endpoint<Params, Body, Query, Out>) =>
  async (request: Request, { params }: RouteContext): Promise<Response> => {
    // Else Next would answer a route without segments once, at build.
    await connection()
    return toResponse(await answer(context(), endpoint, request, (await params) ?? {}))
  }
