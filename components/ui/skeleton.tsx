/** The place of something that is being read, in the size it will have. Hidden from screen readers. */
export function Skeleton({ className = 'h-4 w-24' }: { className?: string }) {
  return <span aria-hidden="true" className={`block animate-pulse rounded-md bg-sunk ${className}`} />
}
