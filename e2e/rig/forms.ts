import { readFileSync } from 'node:fs'
import type { Answer, Call } from './call'

type Manifest = { node: Record<string, { filename: string; exportedName: string }> }

/** The id under which this build takes a server action. */
export function actionId(file: string, name: string): string {
  const manifest = JSON.parse(readFileSync('.next/server/server-reference-manifest.json', 'utf8')) as Manifest
  const found = Object.entries(manifest.node).find(
    ([, action]) => action.filename.endsWith(file) && action.exportedName === name,
  )
  if (!found) throw new Error(`This build has no action ${name} of ${file}.`)
  return found[0]
}

export type Field = readonly [name: string, value: string]

/** A post of these fields, written as they are. */
export function post(fields: readonly Field[], headers: Record<string, string> = {}): Call {
  const parts = fields.map(
    ([name, value]) => `--edge\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  )
  return {
    method: 'POST',
    headers: { 'content-type': 'multipart/form-data; boundary=edge', ...headers },
    body: `${parts.join('')}--edge--\r\n`,
  }
}

/** How a page with JavaScript sends a form: the previous answer and the fields, as the arguments of the action. */
export function actionCall(id: string, fields: readonly Field[], headers: Record<string, string> = {}): Call {
  const named = fields.map(([name, value]) => [`_1_${name}`, value] as const)
  return post([...named, ['0', '[null,"$K1"]']], { 'next-action': id, ...headers })
}

const entities: Record<string, string> = {
  quot: '"',
  '#x27': "'",
  lt: '<',
  gt: '>',
  amp: '&',
}

/** The text that an HTML attribute stands for. */
export const unescapeHtml = (text: string) =>
  text.replace(/&(\w+|#x27);/g, (all, name: string) => entities[name] ?? all)

/** The hidden fields of the form in which a control with this text stands: what a browser without JavaScript posts. */
export function hiddenFields({ text }: Answer, control: string): Field[] {
  const form = text.split('<form').find((each) => each.split('</form>', 1)[0]?.includes(control)) ?? ''
  const inputs = form.split('</form>', 1)[0]?.match(/<input type="hidden"[^>]*>/g) ?? []
  return inputs.map((input) => {
    const value = (name: string) => unescapeHtml(new RegExp(`\\b${name}="([^"]*)"`).exec(input)?.[1] ?? '')
    return [value('name'), value('value')] as const
  })
}
