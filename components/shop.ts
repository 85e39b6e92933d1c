import { config } from '@/lib/config'

/** What the pages need to know about the shop itself. Times of sales are announced in the shop's zone. */
export const shop = {
  name: 'Stampede',
  promise: 'Every unit numbered. Every number sold once.',
  timeZone: config.shop.timeZone,
} as const
