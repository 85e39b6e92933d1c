import type { Route } from 'next'
import { Ticking } from './countdown'
import type { RoomState } from './room-state'
import { ShopTime } from './sale-time'
import { formatAbout } from './time'
import { ButtonLink } from './ui/button'
import { Spinner } from './ui/spinner'

type Waiting = Extract<RoomState, { is: 'waiting' }>

/** Where a shopper stands in a waiting room, in words, and the way in when it is their turn (I17). */
export function RoomPlace({ slug, state }: { slug: string; state: RoomState }) {
  const isTail = state.is === 'waiting' && !state.paused && isDoubtful(state)
  return (
    <>
      {state.is === 'waiting' && <Numbers {...state} />}
      <div className={isTail ? 'grid gap-1 rounded-xl bg-warn-soft p-4' : 'grid gap-2 text-lg empty:hidden'}>
        {/* Announced when it changes; the numbers above change by the second and are not. */}
        <div role="status">
          <Sentence state={state} />
        </div>
        {isTail && <Left {...state} />}
      </div>
      {state.is === 'in_draw' && !state.paused && (
        <>
          {state.opensAt && (
            <p className="flex flex-wrap items-baseline gap-x-2.5">
              <span className="kicker">The draw </span>
              <Ticking
                until={state.opensAt}
                className="display text-3xl sm:text-5xl"
                fallback={<ShopTime at={state.opensAt} />}
              />
            </p>
          )}
          <p className="text-muted">You can reload or close this page: the place stays yours.</p>
        </>
      )}
      {state.is === 'turn' && (
        <ButtonLink href={`/sales/${slug}` as Route} size="large">
          Enter the sale
        </ButtonLink>
      )}
      {(state.is === 'sold_out' || state.is === 'closed') && (
        <ButtonLink href="/" look="quiet">
          See other sales
        </ButtonLink>
      )}
    </>
  )
}

const isDoubtful = ({ outlook }: Waiting) => outlook === 'unsure' || outlook === 'unlikely'

const count = (value: number) => value.toLocaleString('en')

function Numbers({ ahead, etaSeconds, paused, first }: Waiting) {
  return (
    <div className="grid gap-2">
      {ahead === 0 ? (
        <p className="font-semibold text-lg">You are next.</p>
      ) : (
        <p className="flex flex-wrap items-baseline gap-x-2.5 text-lg">
          <span className="display figures text-3xl sm:text-5xl">{count(ahead)}</span>{' '}
          {ahead === 1 ? 'shopper is' : 'shoppers are'} in front of you.
        </p>
      )}
      {!paused && (
        <p className="text-muted">
          {etaSeconds !== null
            ? `${formatAbout(etaSeconds)} to go, if it goes on like this.`
            : first
              ? 'The first are let in within seconds.'
              : 'It stands still for a moment. Your place is kept.'}
        </p>
      )}
    </div>
  )
}

/** The one thing to know now. */
function Sentence({ state }: { state: RoomState }) {
  switch (state.is) {
    case 'arriving':
      return 'Everybody takes a place here before they can buy.'
    case 'joining':
      return (
        <span className="flex items-center gap-3">
          <Spinner /> Taking a place for you …
        </span>
      )
    case 'in_draw':
      return (
        <>
          <span className="font-semibold">You have a place in the draw.</span> {state.paused && paused}
        </>
      )
    case 'drawing':
      return 'It is time. Your place is there in a moment …'
    case 'waiting':
      if (state.paused) return paused
      if (!isDoubtful(state)) return null
      return (
        <span className="font-semibold">
          {state.outlook === 'unsure'
            ? 'What is left may not reach you.'
            : 'What is left will probably not reach you.'}
        </span>
      )
    case 'turn':
      return <span className="font-semibold">It is your turn.</span>
    case 'sold_out':
      return 'Sold out. Nothing was charged, and nobody has to wait any longer.'
    case 'closed':
      return 'This sale has ended. Nothing was charged.'
  }
}

const paused = 'The sale is paused for a moment. Your place is kept, and nobody passes you.'

/** Why the tail is told so, and that it is no verdict. */
function Left({ free, held }: Waiting) {
  return (
    <p>
      {count(free)} {free === 1 ? 'unit is' : 'units are'} free and {count(held)} in carts, which may come
      back. You may stay: your place is kept, and waiting costs nothing.
    </p>
  )
}
