import { createHash } from 'node:crypto'

/**
 * The only inline scripts of our pages: Next handing data to its own code, which is JSON and can do nothing by itself.
 * Whatever else stands in a page was not meant to be there.
 */
const handsOver =
  /^(?:self\.__next_f|\(self\.__next_f=self\.__next_f\|\|\[\]\)(?:\.push\(\[0\]\);self\.__next_f)?|\(globalThis\["TURBOPACK"\] \|\| \(globalThis\["TURBOPACK"\] = \[\]\)\))\.push\((.*)\);?$/s

function handsOverJson(script: string): boolean {
  try {
    JSON.parse(handsOver.exec(script)?.[1] ?? '')
    return true
  } catch {
    return false
  }
}

const hash = (script: string) => `'sha256-${createHash('sha256').update(script).digest('base64')}'`

const inline = /<script(?![^>]*\ssrc=)[^>]*>(.*?)<\/script>/gs

/**
 * Hashes, as a policy lists them, of the inline scripts with which Next hands its data over. Any other script gets
 * none and is blocked, so that markup which somebody smuggled into a page stays without effect.
 */
export function hashInlineScripts(html: string): string[] {
  const scripts = [...html.matchAll(inline)].map(([, script = '']) => script)
  return [...new Set(scripts.filter(handsOverJson).map(hash))]
}
