import { ticketCookie, ticketOf, waitCookie, waitFrom } from '../../lib/rooms/ticket'
import { controlSale } from '../../lib/sales/control'
import type { SaleRecord } from '../../lib/sales/record'
import { bought } from '../../tests/purchase'
import { becomeBuyer } from './buyers'
import { roomToCome, standingRoom } from './rooms'
import type { Rig, State } from './states'

const inHours = (hours: number) => new Date(Date.now() + hours * 3_600_000)

const room = (shows: State['shows'], make: (rig: Rig) => Promise<SaleRecord>): State => ({
  shows,
  prepare: async (rig) => `/sales/${(await make(rig)).slug}/room`,
})

async function paused(rig: Rig): Promise<SaleRecord> {
  const sale = await standingRoom(rig, 12, { allocation: 100 })
  await controlSale(rig.ctx, sale.id, { pause: true })
  return sale
}

async function soldOut(rig: Rig): Promise<SaleRecord> {
  const sale = await standingRoom(rig, 12, { allocation: 1, limit: 1 })
  await bought(rig.ctx, sale)
  return sale
}

/** The page without JavaScript, for a browser that has waited, or begins to, or has a place. */
const place = (
  shows: State['shows'],
  has: 'nothing' | 'begun' | 'place',
  make: (rig: Rig) => Promise<SaleRecord>,
): State => ({
  shows,
  async prepare(rig) {
    const { context, settings } = rig
    const sale = await make(rig)
    const { buyerId } = await becomeBuyer(context, settings)
    const owner = { saleId: sale.id, buyerId }
    const values = {
      nothing: [],
      begun: [[waitCookie(sale.slug), waitFrom(settings.APP_SECRET, owner, Date.now())]],
      place: [[ticketCookie(sale.slug), ticketOf(settings.APP_SECRET, owner, { kind: 'queue', number: 0 })]],
    }[has]
    await context.addCookies(
      values.map(([name = '', value = '']) => ({ name, value, url: settings.PUBLIC_URL, httpOnly: true })),
    )
    return `/sales/${sale.slug}/room/place`
  },
})

/** The waiting room in every state in which a shopper can meet it. */
export const roomStates: Record<string, State> = {
  'a waiting room before the draw': room('You have a place in the draw.', roomToCome),
  'a waiting room with some in front': room('12 shoppers are in front of you.', (rig) =>
    standingRoom(rig, 12, { allocation: 100 }),
  ),
  'a waiting room whose tail is told early': room('will probably not reach you', (rig) =>
    standingRoom(rig, 120),
  ),
  'a waiting room when it is your turn': room('It is your turn.', ({ mint }) => mint({ room: true })),
  'a waiting room of a paused sale': room('nobody passes you', paused),
  'a waiting room that is sold out': room('Sold out. Nothing was charged', soldOut),
  'a waiting room of a sale that has ended': room('This sale has ended.', ({ mint }) =>
    mint({ room: true, closesAt: inHours(-0.01) }),
  ),
  'a place without JavaScript, to take': place('Take a place', 'nothing', roomToCome),
  'a place without JavaScript, begun': place('Your place is taken in a few seconds.', 'begun', roomToCome),
  'a place without JavaScript, in the draw': place('You have a place in the draw.', 'place', roomToCome),
  'a place without JavaScript, with some in front': place(
    '120 shoppers are in front of you.',
    'place',
    (rig) => standingRoom(rig, 120),
  ),
}
