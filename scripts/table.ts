/** Rows as aligned columns, two spaces apart. Columns of numbers are aligned to the right. */
export function table(rows: (string | number)[][]): string {
  const texts = rows.map((row) => row.map(String))
  const columns = Math.max(...texts.map((row) => row.length))
  const widths = Array.from({ length: columns }, (_, at) =>
    Math.max(...texts.map((row) => row[at]?.length ?? 0)),
  )
  const numeric = widths.map((_, at) => texts.slice(1).every((row) => /^[\d.,/ ]*(ms)?$/.test(row[at] ?? '')))
  const line = (row: string[]) =>
    row.map((text, at) => (numeric[at] ? text.padStart(widths[at] ?? 0) : text.padEnd(widths[at] ?? 0)))
  return texts.map((row) => line(row).join('  ').trimEnd()).join('\n')
}
