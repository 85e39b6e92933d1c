'use client'

import type { Sale } from '@/lib/contract'
import { SaleCard } from './sale-card'
import type { Moment } from './sale-phase'

const columns = ['', '', 'sm:grid-cols-2']

/** Sales of one moment under their title; nothing when there are none. */
export function Shelf({ title, sales, moment }: { title: string; sales: Sale[]; moment: Moment }) {
  if (sales.length === 0) return null
  return (
    <section className="shell grid gap-6">
      <h2 className="display text-3xl sm:text-4xl">{title}</h2>
      <ul className={`grid gap-5 ${columns[sales.length] ?? 'sm:grid-cols-2 lg:grid-cols-3'}`}>
        {sales.map((sale) => (
          <li key={sale.id}>
            <SaleCard sale={sale} moment={moment} wide={sales.length === 1} />
          </li>
        ))}
      </ul>
    </section>
  )
}
