import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

export const hcaptchaKeys = { siteKey: '5a5e1a11-0000-4000-8000-00000000c0de', secret: 'ES_of-the-tests' }

type Token = { siteKey: string; hostname: string; seen: boolean; expired: boolean }

/** How the service behaves: as ever, or as it does when it is in trouble. */
export type Mood = 'well' | 'silent' | 'error' | 'html' | 'nonsense'

const scriptOf = (origin: string) => /* js */ `
(() => {
  const widgets = []
  addEventListener('message', ({ origin, source, data }) => {
    const widget = origin === '${origin}' && widgets.find(({ frame }) => frame.contentWindow === source)
    if (!widget) return
    widget.token = data
    widget.options.callback(data)
  })
  window.hcaptcha = {
    render(container, options) {
      const style = document.createElement('link')
      style.rel = 'stylesheet'
      style.href = '${origin}/style.css'
      document.head.append(style)
      const frame = document.createElement('iframe')
      frame.title = 'hCaptcha'
      Object.assign(frame, options.size === 'compact' ? { width: 164, height: 144 } : { width: 303, height: 78 })
      frame.src = '${origin}/frame?sitekey=' + options.sitekey + '&host=' + location.hostname
      fetch('${origin}/config').then(() => container.append(frame))
      return String(widgets.push({ frame, options, token: '' }) - 1)
    },
    getResponse: (id) => widgets[id].token,
    getRespKey: () => '',
    reset() {},
    remove: (id) => widgets[id].frame.remove(),
  }
  window.hCaptchaOnLoad()
})()
`

const framePage = /* html */ `<!doctype html><title>hCaptcha</title><label><input type="checkbox"> I am human</label><script>
  document.querySelector('input').addEventListener('change', async () => {
    const token = await fetch('/token' + location.search, { method: 'POST' }).then((answer) => answer.text())
    parent.postMessage(token, '*')
  })
</script>`

/**
 * hCaptcha as its clients see it: the script with its widget in a frame, and `siteverify`, which says yes to a token once,
 * for its own site key and secret.
 */
export async function startHcaptcha() {
  const tokens = new Map<string, Token>()
  /** What `siteverify` was asked, in the order in which it was asked. */
  const asked: Record<string, string>[] = []
  const service = { mood: 'well' as Mood, scriptIsThere: true }

  function mint(change: Partial<Token> = {}): string {
    const token = `P1_${randomUUID()}${'x'.repeat(1_500)}`
    const { siteKey } = hcaptchaKeys
    tokens.set(token, { ...{ siteKey, hostname: 'localhost', seen: false, expired: false }, ...change })
    return token
  }

  function verify({ secret, response = '', sitekey }: Record<string, string>) {
    const no = (code: string) => ({ success: false, 'error-codes': [code] })
    if (secret !== hcaptchaKeys.secret) return no('invalid-input-secret')
    const token = tokens.get(response)
    if (!token) return no('invalid-input-response')
    if (sitekey !== token.siteKey) return no('sitekey-secret-mismatch')
    if (token.expired) return no('expired-input-response')
    if (token.seen) return no('already-seen-response')
    token.seen = true
    return { success: true, hostname: token.hostname, challenge_ts: new Date().toISOString() }
  }

  async function siteverify(request: IncomingMessage, response: ServerResponse) {
    const form = Object.fromEntries(new URLSearchParams(await text(request)))
    asked.push(form)
    if (service.mood === 'silent') return
    if (service.mood === 'error') return response.writeHead(503).end()
    if (service.mood === 'html') return response.end('<html>Bad gateway</html>')
    // Whoever reads this carelessly takes it for a yes.
    if (service.mood === 'nonsense') return response.end('{"success":"true"}')
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(verify(form)))
  }

  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', origin)
    response.setHeader('access-control-allow-origin', '*')
    const send = (type: string, body: string) => response.setHeader('content-type', type).end(body)
    if (pathname === '/siteverify') return void siteverify(request, response)
    if (pathname === '/1/api.js' && service.scriptIsThere) return send('text/javascript', scriptOf(origin))
    if (pathname === '/frame') return send('text/html', framePage)
    if (pathname === '/style.css') return send('text/css', 'iframe[title=hCaptcha] { border: 0 }')
    if (pathname === '/config') return send('application/json', '{}')
    if (pathname === '/token') {
      const given = {
        siteKey: searchParams.get('sitekey') ?? '',
        hostname: searchParams.get('host') ?? '',
      }
      return send('text/plain', mint(given))
    }
    response.writeHead(404).end()
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    service,
    asked,
    mint,
    /** What a shop is told, to use it in place of hCaptcha. */
    env: {
      HCAPTCHA_SITE_KEY: hcaptchaKeys.siteKey,
      HCAPTCHA_SECRET: hcaptchaKeys.secret,
      HCAPTCHA_API_URL: origin,
      HCAPTCHA_SCRIPT_URL: `${origin}/1/api.js`,
    },
    stop() {
      server.close()
      server.closeAllConnections()
    },
  }
}
