import type { History } from '../history'
import type { Shop } from '../shop'
import type { Edge } from './edge'
import type { Pages } from './pages'
import type { Robots } from './robots'

/** The day of a sale as all who come share it. */
export type Day = {
  shop: Shop
  saleId: string
  opensAtMs: number
  edge: Edge
  pages: Pages
  robots: Robots
  history: History
  random: () => number
}

type Span = { least: number; most: number }

/** A pause of a shopper, outside of the shop. */
export const think = ({ shop, random }: Day, { least, most }: Span): Promise<void> =>
  shop.slots.rest(least + random() * (most - least))
