import { eq } from 'drizzle-orm'
import { rooms } from '../../db/schema'
import type { Context } from '../../lib/context'
import { setRate } from '../../lib/rooms/set-rate'
import { controlSale } from '../../lib/sales/control'
import type { SaleRecord } from '../../lib/sales/record'
import { type mintSale, until } from '../../tests/shop'

type Wish = Parameters<typeof mintSale>[1]
type Rig = { ctx: Context; mint(wish?: Wish): Promise<SaleRecord> }

const inHours = (hours: number) => new Date(Date.now() + hours * 3_600_000)

/** A sale with a waiting room that opens in an hour. */
export const roomToCome = ({ mint }: Pick<Rig, 'mint'>, wish: Wish = {}): Promise<SaleRecord> =>
  mint({ room: true, opensAt: inHours(1), closesAt: inHours(2), ...wish })

/** Its time comes, in a while. */
export async function open(ctx: Context, sale: SaleRecord, inMs = -1_000): Promise<void> {
  const { closesAt } = sale
  await controlSale(ctx, sale.id, { opensAt: new Date(Date.now() + inMs), closesAt })
}

/** An open sale with so many in its draw, who stand in front of everybody who comes now; nobody is let in. */
export async function standingRoom(rig: Rig, joiners: number, wish: Wish = {}): Promise<SaleRecord> {
  const { ctx } = rig
  const sale = await roomToCome(rig, wish)
  await ctx.db.update(rooms).set({ seen: joiners }).where(eq(rooms.saleId, sale.id))
  await setRate(ctx, sale.id, 0)
  await open(ctx, sale)
  await until('the draw is closed', async () => {
    await setRate(ctx, sale.id, 0)
    const [room] = await ctx.db.select().from(rooms).where(eq(rooms.saleId, sale.id))
    return room?.joiners === joiners
  })
  return sale
}
