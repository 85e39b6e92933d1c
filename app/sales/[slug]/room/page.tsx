import type { Metadata } from 'next'
import { cacheLife } from 'next/cache'
import { notFound } from 'next/navigation'
import { CheckDraw } from '@/components/check-draw'
import { RoomHeader } from '@/components/room-header'
import { TakePlace } from '@/components/take-place'
import { WaitingRoom } from '@/components/waiting-room'
import { slugPattern } from '@/lib/patterns'
import { findSale, listSales } from '@/lib/web/catalog'

export const ensureStatic = 'navigation'
/** Complete static HTML instead of a shell that is filled in: a cache can keep it for everybody. */
export const instant = false

export async function generateStaticParams() {
  const sales = (await listSales()).filter(({ room }) => room)
  return sales.length > 0 ? sales.map(({ slug }) => ({ slug })) : [{ slug: 'none-yet' }]
}

async function readSale(slug: string) {
  'use cache'
  cacheLife({ stale: 30, revalidate: 30, expire: 3600 })
  return slugPattern.test(slug) ? findSale(slug) : null
}

export async function generateMetadata({ params }: PageProps<'/sales/[slug]/room'>): Promise<Metadata> {
  const sale = await readSale((await params).slug)
  return sale?.room ? { title: `Waiting room: ${sale.title}` } : { title: 'No such waiting room' }
}

export default async function RoomPage({ params }: PageProps<'/sales/[slug]/room'>) {
  const sale = await readSale((await params).slug)
  if (!sale?.room) notFound()
  return (
    <article className="shell grid max-w-2xl gap-8 pt-6 sm:pt-12">
      <RoomHeader slug={sale.slug} title={sale.title} />
      <WaitingRoom slug={sale.slug} saleId={sale.id}>
        <noscript>
          <TakePlace slug={sale.slug} />
        </noscript>
      </WaitingRoom>
      <section className="grid gap-3">
        <h2 className="font-semibold text-2xl">How the draw works</h2>
        <p>
          Whoever is here before the sale opens takes part in a draw: it does not matter who came first, how
          fast the connection is, or how often the page is loaded. Whoever comes later queues behind the draw,
          first come, first served.
        </p>
        <p>
          The draw follows from a secret number whose fingerprint is shown here from the start. When the sale
          opens the number itself is shown, so that everybody can check that it is the one that was promised,
          and where it puts them.
        </p>
        <p className="text-muted">
          What this does not give: whoever runs the shop holds the number before the draw, and could know its
          outcome early; and a person with many identities has many draws. A proof against robots for each
          place, limits per network and limits per buyer stand against that. Where JavaScript is off, a short
          wait stands in for the work, for a few places of each network.
        </p>
        <CheckDraw slug={sale.slug} saleId={sale.id} />
      </section>
    </article>
  )
}
