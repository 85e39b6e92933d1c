import type { Sale } from '@/lib/contract'

const schema = 'https://schema.org'

/** The items of a sale for search engines: price, currency, and from when to when it can be bought. `origin`: the shop's address. */
export function SaleJsonLd({ sale, origin }: { sale: Sale; origin: string }) {
  const products = sale.items.map((item) => ({
    '@context': schema,
    '@type': 'Product',
    name: item.variant ? `${item.title}, ${item.variant}` : item.title,
    description: item.description || sale.description,
    image: new URL(item.image, origin).href,
    sku: item.id,
    offers: {
      '@type': 'Offer',
      url: new URL(`/sales/${sale.slug}`, origin).href,
      price: (item.priceMinor / 10 ** minorDigits(item.currency)).toFixed(minorDigits(item.currency)),
      priceCurrency: item.currency,
      availability: `${schema}/LimitedAvailability`,
      availabilityStarts: sale.opensAt,
      availabilityEnds: sale.closesAt,
      priceValidUntil: sale.closesAt,
      inventoryLevel: { '@type': 'QuantitativeValue', maxValue: item.allocation },
    },
  }))
  return (
    <script
      type="application/ld+json"
      // biome-ignore lint/security/noDangerouslySetInnerHtml: a script element takes no text children; "<" is escaped, so no title can end it.
      dangerouslySetInnerHTML={{ __html: JSON.stringify(products).replaceAll('<', '\\u003c') }}
    />
  )
}

function minorDigits(currency: string): number {
  return (
    new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2
  )
}
