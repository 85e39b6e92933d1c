import { setTimeout as sleep } from 'node:timers/promises'
import type { End } from '../buyer'
import { type Answer, type Call, type Client, NoAnswer } from '../client'
import { GaveUp, reasonOf } from '../shop'
import type { Shopper } from './cast'
import type { Day } from './day'
import { admitted, arrive, checkOut, type DayEnd, reserveCall } from './visit'

/** A page reads the live state once a second; a robot that hammers calls ten times as often. */
export const callsPerSecond = 10
/** From so long before the opening on. */
const startsMs = 5_000
/** Calls that the shop is too slow for are left out beyond this many a robot. */
const mostUnderWay = 4
/** Robots don't think. */
const atOnce = { type: { least: 0, most: 0 }, card: { least: 0, most: 0 } }

type Strike = {
  name: string
  call: Call
  /** What would be a hole in the shop if it went well. */
  isForged?: true
}

/** What all robots share: connections of their own, what they overheard, and what they were told. */
export class Robots {
  sent = 0
  /** Calls that the shop was too slow for. */
  leftOut = 0
  /** Of those with one identity: calls, and how long they hammered, all together. */
  hammered = { calls: 0, ms: 0 }
  /** What they were told: strike → reason or status → how often. */
  readonly answers: Record<string, Record<string, number>> = {}
  /** Strikes that must never go well, and did. */
  letIn = 0
  private overheard: { admission?: string; ticket?: string } = {}

  constructor(private readonly client: Client) {}

  overhear(admission: string): void {
    this.overheard.admission = admission
  }

  /** Comes as everybody does, with the work done for each identity; then hammers until it has a unit or there are none. */
  async hammer(day: Day, robot: Shopper, perSecond: number): Promise<DayEnd> {
    try {
      const turnedAway = await arrive(day, robot)
      if (turnedAway) return turnedAway
      if (robot.ticket) this.overheard.ticket ??= robot.ticket
      await sleep(Math.max(0, day.opensAtMs - startsMs - day.edge.now()))
      const begun = performance.now()
      const end = await this.strikeUntilHeld(day, robot, 1_000 / perSecond)
      if (robot.kind === 'robot') this.hammered.ms += performance.now() - begun
      return end ?? (await this.buy(day, robot))
    } catch (error) {
      if (error instanceof GaveUp) return { state: 'failed', why: error.message }
      throw error
    }
  }

  private async buy(day: Day, robot: Shopper): Promise<DayEnd> {
    const { slots } = day.shop
    await slots.take()
    try {
      const end = await checkOut(day, robot, atOnce)
      return end === 'again' ? { state: 'refused', reason: 'hold_expired' } : end
    } finally {
      slots.leave()
    }
  }

  /** Answers how it ended, or nothing when the robot holds a unit. */
  private async strikeUntilHeld(day: Day, robot: Shopper, everyMs: number): Promise<DayEnd | undefined> {
    const state: { end?: End; holds?: true } = {}
    const underWay = new Set<Promise<void>>()
    for (let count = 0; !state.end && !state.holds; count++) {
      if (day.pages.areClosed) return { state: 'over' }
      if (underWay.size >= mostUnderWay) this.leftOut += 1
      else {
        const strike = this.strike(day, robot, count, state).finally(() => underWay.delete(strike))
        underWay.add(strike)
      }
      await sleep(everyMs * (0.5 + day.random()))
    }
    // A call that came after the purchase would begin another cart.
    await Promise.all(underWay)
    return state.holds ? undefined : state.end
  }

  private async strike(
    day: Day,
    robot: Shopper,
    count: number,
    state: { end?: End; holds?: true },
  ): Promise<void> {
    const { name, call, isForged } = this.choose(day, robot, count)
    this.sent += 1
    if (robot.kind === 'robot') this.hammered.calls += 1
    const askedAtMs = day.edge.now()
    let answer: Answer
    try {
      answer = await this.client.send(call)
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error
      return this.note(name, 'no answer')
    }
    const reason = reasonOf(answer)
    this.note(name, reason || String(answer.status))
    if (answer.status >= 500 && answer.status !== 503)
      day.shop.meter.fault(`${name}: ${answer.status} ${reason}`)
    if (answer.status === 200) {
      if (isForged) this.letIn += 1
      if (call.method === 'PUT') state.holds = true
      if (name === 'asks for its turn')
        this.hear(day, robot, answer.body as Record<string, string>, askedAtMs)
    }
    if (reason === 'sold_through' || reason === 'closed') state.end = { state: 'refused', reason }
  }

  private hear(
    day: Day,
    robot: Shopper,
    { admission, until }: Record<string, string>,
    askedAtMs: number,
  ): void {
    if (!admission || !until) {
      robot.notYetAtMs = Math.max(robot.notYetAtMs ?? 0, askedAtMs)
      return
    }
    if (robot.admission) return
    robot.admission = admission
    admitted(day, robot, { admission, until })
  }

  private note(name: string, what: string): void {
    this.answers[name] ??= {}
    const counts = this.answers[name]
    counts[what] = (counts[what] ?? 0) + 1
  }

  /** Every second call asks for its turn, the others try whatever might be a short cut; once admitted it only reserves. */
  private choose(day: Day, robot: Shopper, count: number): Strike {
    const reserve = (name: string, admission?: string, headers?: Record<string, string>): Strike => ({
      name,
      call: { ...reserveCall(day, robot, admission), ...(headers && { headers }) },
      isForged: true,
    })
    if (!day.shop.hasRoom || robot.admission) {
      return { name: 'reserve', call: reserveCall(day, robot, robot.admission) }
    }
    if (count % 2 === 0) return this.askTurn(day, robot, 'asks for its turn', robot.ticket ?? '')
    const { slug } = day.shop
    const tries: (() => Strike)[] = [
      () => reserve('no admission'),
      () => ({ name: 'live', call: { method: 'GET', path: `/api/v1/sales/${slug}/live` } }),
      () => reserve('admission of another', this.overheard.admission ?? 'none'),
      () => ({ name: 'joins again', call: this.joinAgain(day, robot) }),
      () => reserve('forged admission', `${Math.round(day.edge.now()) + 600_000}.${'A'.repeat(32)}`),
      () => this.askTurn(day, robot, 'ticket of another', this.overheard.ticket ?? 'd.none'),
      () => reserve('forged headers', undefined, forgedHeaders(slug, day.random)),
    ]
    return (tries[Math.floor(count / 2) % tries.length] as () => Strike)()
  }

  private askTurn(day: Day, robot: Shopper, name: string, ticket: string): Strike {
    const path = `/api/v1/sales/${day.shop.slug}/room/admission`
    const call: Call = { method: 'POST', path, token: robot.token, body: { ticket } }
    return { name, call, ...(ticket !== robot.ticket && { isForged: true }) }
  }

  /** With the proof that it has made before. */
  private joinAgain(day: Day, { token, captcha }: Shopper): Call {
    return { method: 'POST', path: `/api/v1/sales/${day.shop.slug}/room`, token, body: { captcha } }
  }
}

/** Another network each time, and what skipped the checks of frameworks at some time. */
const forgedHeaders = (slug: string, random: () => number): Record<string, string> => {
  const address = `203.0.113.${Math.floor(random() * 256)}`
  return {
    'x-forwarded-for': address,
    'x-client-address': '127.0.0.1',
    forwarded: `for=${address}`,
    'x-middleware-subrequest': 'proxy',
    cookie: `admission-${slug}=9999999999999.${'A'.repeat(32)}`,
  }
}
