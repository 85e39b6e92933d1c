import type { Route } from 'next'
import Link from 'next/link'

/** Which waiting room this is, and the way to what is sold there. */
export function RoomHeader({ slug, title }: { slug: string; title: string }) {
  return (
    <header className="grid gap-2">
      <p className="kicker">Waiting room</p>
      <h1 className="display text-4xl sm:text-5xl">{title}</h1>
      <p>
        <Link href={`/sales/${slug}` as Route} className="underline underline-offset-4">
          See what is on sale
        </Link>
      </p>
    </header>
  )
}
