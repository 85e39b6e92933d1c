'use client'

import type { ReactNode } from 'react'
import type { Sale } from '@/lib/contract'
import { SaleHero } from './sale-hero'
import { useShelves } from './sale-phase'
import { Shelf } from './shelf'

/**
 * The shop window: the open sale that ends first (or the next to open) large, then everything else that is open, coming
 * up or over. A sale changes its shelf when its time comes, without a reload.
 */
export function Shelves({ sales, madeAt }: { sales: Sale[]; madeAt: string }) {
  const { open, upcoming, ended } = useShelves(sales, madeAt)
  const hero = open[0] ?? upcoming[0]
  const rest = (shelf: Sale[]) => shelf.filter((sale) => sale !== hero)
  return (
    <div className="grid gap-16 sm:gap-24">
      {hero ? (
        <SaleHero sale={hero} moment={open[0] ? 'open' : 'upcoming'} />
      ) : (
        <h1 className="display shell pt-16 text-5xl sm:text-7xl">The next sale is being prepared.</h1>
      )}
      <Shelf title="Also open now" sales={rest(open)} moment="open" />
      <Shelf title="Coming up" sales={rest(upcoming)} moment="upcoming" />
      <HowItWorks />
      <Shelf title="Ended" sales={ended} moment="ended" />
    </div>
  )
}

const steps: [string, ReactNode][] = [
  [
    'Claim a number',
    'Add to cart and a numbered unit is set aside for you. Not “probably”: it is off the shelf.',
  ],
  [
    'Check out in peace',
    'The clock in your cart is the server’s. While it runs, nobody can take your number.',
  ],
  [
    'Own it',
    'You are charged only once the number is yours. It goes on your order, and never to anyone else.',
  ],
]

function HowItWorks() {
  return (
    <section aria-labelledby="how" className="bg-stamp py-14 text-[#eef2ec] sm:py-20">
      <div className="shell grid gap-10">
        <h2 id="how" className="display max-w-3xl text-4xl sm:text-5xl">
          No overselling. No “sorry, we cancelled your order”.
        </h2>
        <ol className="grid gap-8 sm:grid-cols-3">
          {steps.map(([title, text], index) => (
            <li key={title} className="grid content-start gap-3">
              <span
                aria-hidden="true"
                className="figures display grid size-12 place-items-center rounded-xl bg-tag text-2xl text-stamp"
              >
                {index + 1}
              </span>
              <h3 className="font-bold text-xl">{title}</h3>
              <p className="text-[#c3cec6]">{text}</p>
            </li>
          ))}
        </ol>
      </div>
    </section>
  )
}
