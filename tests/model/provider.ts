import { type Card, type Intent, type Model, type Order, type Payment, type Silence, Silent } from './state'

/** One call to the provider, which may be silent about it once. */
function call<T>(m: Model, name: Silence['call'], act: () => T): T {
  const { silence } = m
  if (silence?.call !== name) return act()
  m.silence = null
  if (silence.arrives) act()
  throw new Silent()
}

/** Every late card whose time has come; any look at the provider's books brings that about. */
export function ripen(m: Model) {
  for (const { intent } of m.payments) {
    if (intent?.state !== 'processing' || !intent.ripe) continue
    intent.state = 'authorised'
    intent.events += 1
  }
}

const first: Record<Card, Intent['state']> = {
  ...{ pays: 'authorised', declined: 'declined', asks: 'requires_action', late: 'processing' },
}

export function authorise(m: Model, payment: Payment, order: Order, card: Card): Intent['state'] {
  return call(m, 'authorise', () => {
    if (payment.intent) ripen(m)
    const state = first[card]
    const events = state === 'processing' ? 0 : 1
    payment.intent ??= { state, events, ripe: order.overdue, captures: 0, voids: 0 }
    return payment.intent.state
  })
}

function move(
  m: Model,
  name: 'confirm' | 'capture' | 'void',
  { intent }: Payment,
  from: Intent['state'][],
): Intent['state'] {
  if (!intent) throw new Error('The provider has no such payment.')
  return call(m, name, () => {
    if (from.includes(intent.state)) {
      intent.state = name === 'confirm' ? 'authorised' : name === 'capture' ? 'captured' : 'voided'
      intent.captures += name === 'capture' ? 1 : 0
      intent.voids += name === 'void' ? 1 : 0
      intent.events += 1
    }
    return intent.state
  })
}

export const confirmIntent = (m: Model, p: Payment) => move(m, 'confirm', p, ['requires_action'])
export const voidIntent = (m: Model, p: Payment) =>
  move(m, 'void', p, ['authorised', 'requires_action', 'processing'])

export const captureIntent = (m: Model, p: Payment) => move(m, 'capture', p, ['authorised'])
