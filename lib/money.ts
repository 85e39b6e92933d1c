/** A price: whole minor units (cents) and an ISO 4217 code. Never a float. */
export type Money = { minor: number; currency: string }

const formatters = new Map<string, Intl.NumberFormat>()

/** "€19.90" for 1990 EUR; respects currencies without minor units (JPY). */
export function formatMoney({ minor, currency }: Money, locale = 'en'): string {
  const key = `${locale} ${currency}`
  let formatter = formatters.get(key)
  if (!formatter) {
    formatter = new Intl.NumberFormat(locale, { style: 'currency', currency })
    formatters.set(key, formatter)
  }
  return formatter.format(minor / 10 ** (formatter.resolvedOptions().maximumFractionDigits ?? 2))
}
