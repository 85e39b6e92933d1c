import { messages } from '../lib/messages'
import { plainPage } from './plain-page'

/** Where Next could not make a page it sends this, which stays empty until scripts have run. */
const shell = 'id="__next_error__"'
const longestStart = 100
/** A "not found" and a redirect look like it too. */
const isNone = /\bdata-dgst="NEXT_/
const digest = /\bdata-dgst="(\w{1,32})"/

/**
 * What a visitor can read, with and without JavaScript, instead of a page that Next failed to make (I16). It quotes the
 * reference under which the failure stands in the log. Undefined for every other page.
 */
export function failedPage(html: Buffer): Buffer | undefined {
  if (!html.subarray(0, longestStart).includes(shell)) return undefined
  const text = html.toString()
  if (isNone.test(text)) return undefined
  const [, reference] = digest.exec(text) ?? []
  const page = plainPage({
    title: 'We could not make this page',
    lines: [
      'Something does not answer right now. Nothing was charged by this, and your cart is kept.',
      `<a href="">${messages.try_again.next}</a>`,
      ...(reference ? [`If it stays, quote the reference ${reference}.`] : []),
    ],
  })
  return Buffer.from(page)
}
