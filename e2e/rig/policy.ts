import { createHash } from 'node:crypto'

/** The sources that a policy lists for a directive. */
export function sourcesOf(policy: string, directive: string): string[] {
  const found = policy.split(';').map((each) => each.trim().split(/\s+/))
  return found.find(([name]) => name === directive)?.slice(1) ?? []
}

/** What a browser would run: every script without `src`, and not what only holds data. */
export function inlineScriptsOf(html: string): string[] {
  return [...html.matchAll(/<script\b([^>]*)>([\s\S]*?)<\/script>/g)].flatMap(
    ([, attributes = '', text = '']) =>
      /\ssrc=/.test(attributes) || /type="application\/ld\+json"/.test(attributes) ? [] : [text],
  )
}

/** The inline scripts of a page that its policy would block. */
export function blockedScripts(html: string, policy: string): string[] {
  const allowed = sourcesOf(policy, 'script-src')
  const hashOf = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`
  return inlineScriptsOf(html).filter((text) => !allowed.includes(hashOf(text)))
}
