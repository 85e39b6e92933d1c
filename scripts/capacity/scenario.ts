import type { Hardware } from './shop'
import type { Habits } from './shopper'

/** A sale to simulate: the crowd, the stock and the machines. */
export type Scenario = {
  shoppers: number
  stock: number
  room: boolean
  /** Admissions a second that the merchant has set; else they follow the backlog. */
  rate: number | undefined
  /** Share of page views that a CDN answers; 0: there is none, and every poll reaches the shop too. */
  cdn: number
  /** Mean time of those who come after the first storm. */
  arrivalSeconds: number
  /** Through the pages and their server actions, or as an app of their own through the API. */
  throughPages: boolean
  seed: number
} & Hardware &
  Habits
