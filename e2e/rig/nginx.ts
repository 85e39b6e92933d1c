import type { NginxSettings } from '../../scripts/nginx/render'
import { type Served, serveNginx } from '../../scripts/nginx/serve'
import type { Send } from './call'
import { openSession, type Session } from './http2'

export type Nginx = Served & {
  /** A connection of its own over HTTP/2, opened by its first request, from an address of this machine (127.0.0.0/8). */
  connect(from?: string): Send
}

/** Runs nginx with the shop's configuration, and speaks HTTP/2 with it. */
export async function startNginx(
  path: string,
  settings: NginxSettings & { PUBLIC_URL: string },
): Promise<Nginx> {
  const served = await serveNginx(path, settings)
  const { port, certificate } = served
  const sessions: Promise<Session>[] = []
  return {
    ...served,
    connect(from = '127.0.0.1') {
      let session: Promise<Session> | undefined
      return async (...request) => {
        // Not before: nginx cuts a connection off that says nothing.
        if (!session) {
          session = openSession({ port, certificate, from })
          sessions.push(session)
        }
        return (await session).send(...request)
      }
    },
    async stop() {
      const opened = await Promise.allSettled(sessions)
      for (const each of opened) if (each.status === 'fulfilled') each.value.close()
      await served.stop()
    },
  }
}
