import type { Product, Sale, SaleItem } from '@/lib/contract'

const schema = 'https://schema.org'

const addressOf = (handle: string, origin: string) => new URL(`/products/${handle}`, origin).href

/** The items of a sale for search engines: price, currency, and from when to when it can be bought. `origin`: the shop's address. */
export function SaleJsonLd({ sale, origin }: { sale: Sale; origin: string }) {
  const things = sale.items.map((item) => ({
    '@context': schema,
    '@type': 'Product',
    name: item.variant ? `${item.title}, ${item.variant}` : item.title,
    description: item.description || sale.description,
    image: new URL(item.image, origin).href,
    sku: item.id,
    url: addressOf(item.handle, origin),
    offers: offerOf(sale, item, origin),
  }))
  return <JsonLd things={things} />
}

/** A product for search engines, with an offer for each sale that is on or to come. */
export function ProductJsonLd({ product, origin }: { product: Product; origin: string }) {
  const { title, description, image, handle } = product
  const offers = product.sales.flatMap((sale) =>
    sale.items.filter((item) => item.handle === handle).map((item) => offerOf(sale, item, origin)),
  )
  const thing = {
    '@context': schema,
    '@type': 'Product',
    name: title,
    description,
    image: new URL(image, origin).href,
    sku: handle,
    url: addressOf(handle, origin),
    ...(offers.length > 0 && { offers }),
  }
  return <JsonLd things={[thing]} />
}

function JsonLd({ things }: { things: object[] }) {
  return (
    <script
      type="application/ld+json"
      // biome-ignore lint/security/noDangerouslySetInnerHtml: a script element takes no text children; "<" is escaped, so no title can end it.
      dangerouslySetInnerHTML={{ __html: JSON.stringify(things).replaceAll('<', '\\u003c') }}
    />
  )
}

const offerOf = (sale: Sale, item: SaleItem, origin: string) => ({
  '@type': 'Offer',
  url: new URL(`/sales/${sale.slug}`, origin).href,
  price: (item.priceMinor / 10 ** minorDigits(item.currency)).toFixed(minorDigits(item.currency)),
  priceCurrency: item.currency,
  availability: `${schema}/LimitedAvailability`,
  availabilityStarts: sale.opensAt,
  availabilityEnds: sale.closesAt,
  priceValidUntil: sale.closesAt,
  inventoryLevel: { '@type': 'QuantitativeValue', maxValue: item.allocation },
})

function minorDigits(currency: string): number {
  return (
    new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2
  )
}
