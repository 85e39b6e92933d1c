import { Badge } from '../ui/badge'

const looks = {
  awaiting_payment: { tone: 'tag', label: 'awaiting payment' },
  capturing: { tone: 'tag', label: 'paying' },
  paid: { tone: 'go', label: 'paid' },
  expired: { tone: 'plain', label: 'expired' },
  cancelled: { tone: 'plain', label: 'cancelled' },
  rejected: { tone: 'alarm', label: 'rejected' },
} as const

type OrderState = keyof typeof looks

/** A state of an order as its merchant calls it. */
export const orderStateLabel = (state: OrderState) => looks[state].label

export const OrderStateBadge = ({ state }: { state: OrderState }) => (
  <Badge tone={looks[state].tone}>{looks[state].label}</Badge>
)
