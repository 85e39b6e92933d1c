import type { Order } from '@/lib/contract'
import { messages } from '@/lib/messages'
import { Badge } from './ui/badge'
import { Spinner } from './ui/spinner'

type Words = { title: string; sentence: string; badge: string; tone: 'go' | 'alarm' | 'plain' | 'tag' }

const owned = (units: readonly number[]) =>
  units.length === 1 ? `No. ${units[0]} is yours` : `${units.length} numbers are yours`

function wordsFor({ state, units, payment }: Order): Words {
  const many = units.length > 1
  switch (state) {
    case 'confirming':
      return {
        title: 'We are confirming your order',
        sentence: 'This takes a few seconds. Nothing has been charged.',
        badge: 'Confirming',
        tone: 'plain',
      }
    case 'awaiting_payment':
      return {
        title: many ? 'Pay to make them yours' : 'Pay to make it yours',
        sentence: 'The numbers below are reserved for this order. Nothing is charged until you pay.',
        badge: 'Waiting for payment',
        tone: 'tag',
      }
    case 'capturing':
      return {
        title: 'We are confirming your payment',
        sentence: 'Your bank said yes. Your numbers are safe while we finish.',
        badge: 'Confirming payment',
        tone: 'plain',
      }
    case 'paid':
      return {
        title: owned(units),
        sentence: `Paid. Nobody else will ever have ${many ? 'these numbers' : 'this number'}.`,
        badge: 'Paid',
        tone: 'go',
      }
    case 'expired':
      if (payment?.late === 'moved') {
        return {
          title: 'Your payment arrived late, and still won',
          sentence: 'Units were left, so your payment went to a new order.',
          badge: 'Moved to a new order',
          tone: 'go',
        }
      }
      return {
        title: 'The time to pay ran out',
        sentence:
          payment?.late === 'voided'
            ? 'Your payment arrived after that and no unit was left, so it was voided. You pay nothing.'
            : 'The units went back on sale. Nothing was charged.',
        badge: payment?.late === 'voided' ? 'Payment voided' : 'Expired',
        tone: 'alarm',
      }
    case 'cancelled':
      return {
        title: 'This order is cancelled',
        sentence: 'The units went back on sale. Nothing was charged.',
        badge: 'Cancelled',
        tone: 'plain',
      }
    case 'rejected':
      return {
        title: 'We could not confirm this order',
        sentence: messages.rejected.sentence,
        badge: 'Not confirmed',
        tone: 'alarm',
      }
  }
}

/** Where an order stands: its heading, one sentence that says whether money moved, and a badge. Changes are announced. */
export function OrderStatus({ order }: { order: Order }) {
  const { title, sentence, badge, tone } = wordsFor(order)
  const working = order.state === 'confirming' || order.state === 'capturing'
  return (
    <header className="grid justify-items-start gap-4">
      <div className="flex flex-wrap items-center gap-3">
        <Badge tone={tone}>{badge}</Badge>
        {order.number !== null && <p className="figures font-semibold text-muted">Order {order.number}</p>}
      </div>
      <div role="status" className="grid gap-3">
        <h1 className="display flex items-center gap-4 text-4xl sm:text-6xl">
          {working && <Spinner className="size-8 shrink-0" />}
          {title}
        </h1>
        <p className="max-w-prose text-lg text-muted">{sentence}</p>
      </div>
    </header>
  )
}
