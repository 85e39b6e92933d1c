'use client'

const cards = [
  { number: '4242 4242 4242 4242', does: 'pays at once' },
  { number: '4000 0000 0000 0002', does: 'is declined' },
  { number: '4000 0000 0000 3220', does: 'asks for a confirmation' },
  { number: '4000 0000 0000 0259', does: 'arrives after the time to pay' },
]

/** The cards of the sandbox. Shown only where no real money moves. */
export function TestCards({ onPick }: { onPick: (number: string) => void }) {
  return (
    <details className="rounded-2xl bg-warn-soft p-4 text-sm" open>
      <summary className="min-h-6 font-semibold">Demo shop: pay with a test card</summary>
      <ul className="mt-3 grid gap-2">
        {cards.map(({ number, does }) => (
          <li key={number} className="flex flex-wrap items-center gap-x-3 gap-y-1">
            <button
              type="button"
              onClick={() => onPick(number)}
              className="figures min-h-8 cursor-pointer rounded-lg border border-edge bg-card px-2.5 font-semibold hover:bg-sunk"
            >
              {number}
            </button>
            {does}
          </li>
        ))}
      </ul>
    </details>
  )
}
