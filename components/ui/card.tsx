import type { ReactNode } from 'react'

/** A raised surface for one thing: a cart, a form, a summary. */
export function Card({ children, className = '' }: { children: ReactNode; className?: string }) {
  return <div className={`rounded-3xl border border-line bg-card p-5 sm:p-7 ${className}`}>{children}</div>
}
