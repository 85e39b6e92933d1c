import type { Metadata } from 'next'
import { SaleList } from '@/components/sale-list'
import { readSales } from '../read-sales'

export const ensureStatic = 'navigation'
/** Complete static HTML instead of a shell that is filled in: it has to say everything without JavaScript. */
export const instant = false

export const metadata: Metadata = {
  title: 'All sales',
  description: 'What is on sale now, what comes next, and what is over.',
  alternates: { canonical: '/sales' },
}

export default async function SalesPage() {
  const { sales, madeAt } = await readSales()
  return (
    <>
      <h1 className="display shell pt-8 pb-8 text-4xl sm:pt-12 sm:pb-12 sm:text-6xl">All sales</h1>
      <SaleList sales={sales} madeAt={madeAt} />
    </>
  )
}
