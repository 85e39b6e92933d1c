import type { RoomState } from './room-state'

const mostSeconds = 60

/** Spread, so that those who came together do not come back together. */
const jittered = (seconds: number) => Math.max(1, Math.round(seconds * (0.8 + 0.4 * Math.random())))

/** After how long a page without JavaScript looks again: rarely where little changes. Null where nothing does. */
export function lookAgainAfter(state: RoomState, nowMs: number): number | null {
  switch (state.is) {
    case 'in_draw': {
      const opensIn = state.opensAt ? (Date.parse(state.opensAt) - nowMs) / 1000 : mostSeconds
      return jittered(Math.min(mostSeconds, Math.max(3, opensIn)))
    }
    case 'drawing':
      return jittered(3)
    case 'waiting':
      if (state.paused) return jittered(mostSeconds / 2)
      // A third of the way: the next looks come closer together.
      return jittered(Math.min(mostSeconds, Math.max(3, (state.etaSeconds ?? mostSeconds / 2) / 3)))
    default:
      return null
  }
}

/** Makes a page without JavaScript look again by itself; the link does the same at once. */
export function LookAgain({ slug, seconds }: { slug: string; seconds: number }) {
  const url = `/sales/${slug}/room/turn`
  return (
    <>
      <noscript>
        <meta httpEquiv="refresh" content={`${seconds}; url=${url}`} />
      </noscript>
      <p className="text-muted text-sm">
        This page looks again by itself{seconds > 1 && ` in about ${seconds} seconds`}. You can also{' '}
        {/* No Link: it would be read beforehand, and this one takes what it is time for. */}
        <a href={url} className="underline underline-offset-4">
          look now
        </a>
        .
      </p>
    </>
  )
}
