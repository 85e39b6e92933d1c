/** A price: whole minor units (cents) and an ISO 4217 code. Never a float. */
export type Money = { minor: number; currency: string }

const formatters = new Map<string, Intl.NumberFormat>()

const digitsOf = (currency: string): number =>
  new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2

/** Minor units of a price as people type it ("19.90", "19,9", "20"); null for anything else. Never through a float. */
export function parseMinor(text: string, currency: string): number | null {
  const digits = digitsOf(currency)
  const found = /^(\d{1,9})(?:[.,](\d+))?$/.exec(text.trim())
  const [, whole = '', fraction = ''] = found ?? []
  if (!found || fraction.length > digits) return null
  const minor = Number(whole + fraction.padEnd(digits, '0'))
  return minor <= 2_000_000_000 ? minor : null
}

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

/** "19.90" for 1990 EUR: for files that machines read. */
export function majorOf({ minor, currency }: Money): string {
  const digits = digitsOf(currency)
  const text = String(minor).padStart(digits + 1, '0')
  return digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`
}
