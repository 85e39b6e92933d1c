import { orderSchema } from '../../lib/contract'
import { checkout, orderRecord } from '../../tests/shop'
import { expectRefused, granted, test } from '../rig/api'
import type { Answer } from '../rig/call'
import { hiddenFields, post, unescapeHtml } from '../rig/forms'
import { expect } from '../rig/test'

/** Each of them does harm in another place: in markup, in an attribute, at the end of a script, in a template. */
const attacks = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "'><svg/onload=alert(1)>",
  '</script><script>alert(1)//',
  '</title></textarea><b id=x>',
  '<!--<script>',
  ']]><x onclick=alert(1)>',
  '" autofocus onfocus="alert(1)',
  'javascript:alert(1)',
  '{{99991*99989}}#{99991*99989}<%=99991*99989%>',
  '\u2028</scr\u2029ipt>&lt;b&gt;&#60;i>',
]

/** The HTML in the order in which a browser reads it: markup, and what stands inside of script elements. */
function parts(html: string) {
  const scripts: string[] = []
  const markup = html.replace(/(<script\b[^>]*>)([\s\S]*?)<\/script/gi, (_, tag: string, code: string) => {
    scripts.push(code)
    return `${tag}</script`
  })
  return { markup, scripts }
}

/** What no tag of ours looks like, its quoted values aside. */
const foreignTag = /^<(svg\/|b |x |i>|img src=x|!--<)|[\s/]on\w+=/i
const codeLink = /(href|src|action)="?\s*javascript:/i
/** What ends a script element, or keeps its end from being seen; and the code of the attacks itself. */
const foreignCode = /<\/?script|<!--|^alert\(1\)/i

/** Nothing of an attack is markup, ends a script or was calculated: it may stand there as text alone. */
function expectText({ text }: Answer, attack: string, where: string) {
  const { markup, scripts } = parts(text)
  const tags = markup.match(/<[a-z!/][^>]*>/gi) ?? []
  expect({
    where,
    asItIs: /[<>"]/.test(attack) && markup.includes(attack),
    tags: tags.filter((tag) => foreignTag.test(tag.replace(/"[^"]*"/g, '')) || codeLink.test(tag)),
    scripts: scripts.filter((code) => foreignCode.test(code)),
    calculated: text.includes('9998000099'),
  }).toEqual({ where, asItIs: false, tags: [], scripts: [], calculated: false })
}

/** Whether a page shows this text, as a browser would read its markup. */
const shows = ({ text }: Answer, wanted: string) => unescapeHtml(parts(text).markup).includes(wanted)

test('attack 25: a name and an address are kept as they were typed, and no page of the order makes more of them', async ({
  anyone,
  newBuyer,
  mint,
  ctx,
}) => {
  for (const attack of attacks.filter((each) => !/\p{Zl}|\p{Zp}/u.test(each))) {
    const sale = await mint()
    const buyer = newBuyer()
    await buyer.reserve(sale, 1)
    const typed = { ...checkout, name: attack, line1: attack, line2: attack, city: attack, region: attack }
    expectRefused(await buyer.order(sale, undefined, { ...typed, email: attack }), 'invalid_input', ['email'])
    const { id, token } = granted(await buyer.order(sale, undefined, typed), orderSchema, 201)
    expect(JSON.parse((await orderRecord(ctx, id)).details)).toMatchObject({ name: attack, line1: attack })
    for (const path of [`/orders/${id}`, `/orders/${id}?t=${token}`, '/cart', '/checkout']) {
      expectText(await anyone(path, { headers: { cookie: buyer.cookie } }), attack, path)
    }
  }
})

test('a form that is shown again with what was typed shows it as text', async ({
  anyone,
  newBuyer,
  mint,
  baseURL,
}) => {
  const sale = await mint()
  const buyer = newBuyer()
  await buyer.reserve(sale, 1)
  const headers = { cookie: buyer.cookie, origin: baseURL ?? '' }
  const path = `/checkout?sale=${sale.slug}`
  const hidden = hiddenFields(await anyone(path, { headers }), 'Place order')
  for (const attack of attacks) {
    const typed = ['email', 'name', 'line1', 'line2', 'city', 'phone'].map((name) => [name, attack] as const)
    const answer = await anyone(path, post([...hidden, ...typed, ['odd', attack]], headers))
    expect(answer.status).toBe(200)
    expect(shows(answer, 'needs to look like name@example.com'), 'the e-mail was refused').toBe(true)
    expect(shows(answer, attack), `${attack} stands in its field again`).toBe(true)
    expectText(answer, attack, 'the form')
  }
})

test('attack 25: the words of a sale are text on every page, and in what search engines read', async ({
  anyone,
  newBuyer,
  mint,
}) => {
  for (const attack of attacks) {
    const product = {
      title: attack,
      description: attack,
      image: '/images/products/mug.svg',
      imageAlt: attack,
    }
    const item = { variant: attack, listPriceMinor: 2_990, priceMinor: 1_990, allocation: 10, limit: 10 }
    const sale = await mint({ title: attack, description: attack, items: [{ product, ...item }] })
    const buyer = newBuyer()
    await buyer.reserve(sale, 1)
    const headers = { cookie: buyer.cookie }
    const read = async (path: string) => {
      const answer = await anyone(path, { headers })
      expect(shows(answer, attack), `${path} shows ${attack}`).toBe(true)
      expectText(answer, attack, path)
      return answer
    }
    const page = await read(`/sales/${sale.slug}`)
    const [, data = ''] = /<script type="application\/ld\+json">([\s\S]*?)<\/script/.exec(page.text) ?? []
    expect(JSON.parse(data)).toMatchObject([{ description: attack }])
    const shown = await read(`/products/${sale.items[0]?.handle}`)
    const [, known = ''] = /<script type="application\/ld\+json">([\s\S]*?)<\/script/.exec(shown.text) ?? []
    expect(JSON.parse(known)).toMatchObject([{ name: attack, offers: [{ price: '19.90' }] }])
    await read('/cart')
    await read(`/checkout?sale=${sale.slug}`)
    const { id } = granted(await buyer.order(sale), orderSchema, 201)
    await read(`/orders/${id}`)
  }
})

test('attack 25: nothing of an address comes back as markup or as a header', async ({
  anyone,
  newBuyer,
  mint,
}) => {
  test.slow()
  const sale = await mint()
  const buyer = newBuyer()
  await buyer.reserve(sale, 1)
  const { id } = granted(await buyer.order(sale), orderSchema, 201)
  for (const attack of [...attacks, '\r\nSet-Cookie: buyer=x\r\n\r\n<script>alert(1)</script>']) {
    const encoded = encodeURIComponent(attack)
    // As a browser sends it, and as only a program does: unencoded but for what would end the request line.
    for (const each of [encoded, attack.replace(/[^\x21-\x7e]|[?#]/g, encodeURIComponent)]) {
      for (const path of [
        `/sales/${each}`,
        `/products/${each}`,
        `/orders/${each}`,
        `/nothing/${each}`,
        `/?q=${each}`,
        `/sales/${sale.slug}?${each}`,
        `/orders/${id}?t=${each}`,
        `/cart?${each}=${each}`,
        `/checkout?sale=${each}`,
        `/api/v1/sales/${each}`,
        `/api/v1/orders/${id}?t=${each}`,
      ]) {
        for (const form of [{}, { rsc: '1' }]) {
          const answer = await anyone(path, { headers: { ...form, cookie: buyer.cookie } })
          expect(answer.status, path).toBeLessThan(500)
          expect(answer.cookies, path).toEqual([])
          expect(answer.headers['x-content-type-options'], path).toBe('nosniff')
          if (/^text\/html/.test(answer.headers['content-type'] ?? '')) expectText(answer, attack, path)
        }
      }
    }
  }
})
