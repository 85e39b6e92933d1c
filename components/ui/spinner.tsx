/** A turning ring for something under way. Decorative: the control that shows it says so in words or `aria-busy`. */
export function Spinner({ className = 'size-5' }: { className?: string }) {
  return (
    <span
      aria-hidden="true"
      className={`inline-block animate-spin rounded-full border-3 border-current border-e-transparent ${className}`}
    />
  )
}
