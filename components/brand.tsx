type Part = 'mark' | 'hoof' | 'wordmark'

const viewBox = { mark: '0 0 100 100', hoof: '0 0 100 100', wordmark: '0 0 1402 300' } as const

/** A part of the logo in the colour of the text around it. Decorative: whoever uses it says the name in words. */
export function Brand({ part, className = '' }: { part: Part; className?: string }) {
  return (
    <svg viewBox={viewBox[part]} aria-hidden="true" focusable="false" className={`fill-current ${className}`}>
      <use href={`/images/brand.svg#${part}`} />
    </svg>
  )
}
