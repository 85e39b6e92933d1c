import type { Live } from './contract'

/** What somebody who waits may hope for; `sold_out` is final, everything else can still change. */
export const outlooks = ['good', 'unsure', 'unlikely', 'sold_out'] as const
export type Outlook = (typeof outlooks)[number]

type Item = Pick<Live['items'][number], 'available' | 'held' | 'state'>

const sum = (values: number[]) => values.reduce((all, each) => all + each, 0)

/**
 * Whether what is left will reach somebody with so many others in front who have not been admitted yet. As if each of
 * them took one unit: some leave, others take more. `unsure`: what is free may be gone, what is in carts may come back.
 * `unlikely`: not even all of that would be enough.
 */
export function outlookOf(items: Item[], ahead: number): Outlook {
  if (items.every(({ state }) => state === 'sold_through')) return 'sold_out'
  const free = sum(items.map(({ available }) => available))
  if (ahead < free) return 'good'
  return ahead < free + sum(items.map(({ held }) => held)) ? 'unsure' : 'unlikely'
}
