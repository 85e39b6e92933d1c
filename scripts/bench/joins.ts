import { newBuyer } from '../../lib/web/identity'
import { newWork } from '../../lib/web/work'
import { doWork } from '../rush/proof'
import { bare, json, someAddress } from './requests'
import type { BenchSale } from './sales'
import type { BenchShop } from './shop'

/** Each may join so often before the limit of its identity stops it; joining again changes nothing but the clock. */
const made = 1_500

export type Joiner = { buyerId: string; token: string; captcha: string }

/** Buyers who have done the work that joining takes, as before an opening. */
export async function makeJoiners(shop: BenchShop, { saleId }: BenchSale): Promise<Joiner[]> {
  const until = Date.now() + 3_600_000
  const joiners: Joiner[] = []
  for (let i = 0; i < made; i++) {
    const { buyerId, token } = newBuyer(shop.secret)
    const work = await newWork(shop.ctx, { saleId, buyerId }, until)
    joiners.push({ buyerId, token, captcha: await doWork(work) })
  }
  return joiners
}

/** One after the other joins. */
export function joinWish(sale: BenchSale, joiners: Joiner[]): () => string {
  const next = inTurn(joiners)
  return () => {
    const { token, captcha } = next()
    return json('POST', `${sale.api}/room`, token, { captcha }, { 'X-Forwarded-For': someAddress() })
  }
}

/** The same to the bare server, which checks the proof and counts the buyer. */
export function bareJoin(joiners: Joiner[]): () => string {
  const next = inTurn(joiners)
  return () => {
    const { buyerId, captcha } = next()
    return bare('/join', { key: 'bench:joiners', captcha, buyer: buyerId })
  }
}

function inTurn(joiners: Joiner[]): () => Joiner {
  let at = 0
  return () => joiners[at++ % joiners.length] as Joiner
}
