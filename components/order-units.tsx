import type { CSSProperties } from 'react'
import type { Order } from '@/lib/contract'
import { Brand } from './brand'

type Props = {
  lines: Order['lines']
  /** Item → how many units of it exist, for "of 500"; left out where it is not known. */
  allocations: Record<string, number>
  /** `reserved` until the order is paid: the same plates, not yet struck. */
  state: 'reserved' | 'owned'
  /** What is engraved at the foot of each plate. */
  engraving: string
}

/** Where the plates stop being large: more of them are shown small. */
const largeUpTo = 4

/** The signature of the shop: one numbered plate for each unit of an order. */
export function OrderUnits({ lines, allocations, state, engraving }: Props) {
  const count = lines.reduce((sum, line) => sum + line.units.length, 0)
  if (count === 0) return null
  const columns =
    count === 1 ? 'max-w-xl' : count <= largeUpTo ? 'sm:grid-cols-2' : 'grid-cols-2 md:grid-cols-4'
  return (
    <ul
      aria-label={state === 'owned' ? 'Your numbers' : 'Numbers reserved for you'}
      className={`grid gap-4 ${columns}`}
    >
      {lines.flatMap((line) =>
        line.units.map((unit) => (
          <li key={`${line.itemId} ${unit}`} className="@container">
            <Plate
              unit={unit}
              of={allocations[line.itemId]}
              title={line.title}
              struck={state === 'owned'}
              engraving={engraving}
            />
          </li>
        )),
      )}
    </ul>
  )
}

type PlateProps = { unit: number; of: number | undefined; title: string; struck: boolean; engraving: string }

function Plate({ unit, of, title, struck, engraving }: PlateProps) {
  const look = struck ? 'bg-tag text-stamp animate-stamp' : 'bg-card text-ink'
  const frame = struck ? 'border-stamp' : 'border-edge border-dashed'
  return (
    <div className={`rounded-[6cqi] p-[3cqi] shadow-sm ${look}`}>
      <div className={`relative grid gap-[3cqi] rounded-[3.5cqi] border-2 px-[6cqi] py-[4.5cqi] ${frame}`}>
        <Rivet className="-inset-s-[1.9cqi]" struck={struck} />
        <Rivet className="-inset-e-[1.9cqi]" struck={struck} />
        <p className="flex items-center justify-between gap-[3cqi] font-semibold text-[max(0.75rem,4.4cqi)]">
          <span className="truncate">{title}</span>
          <Brand part="hoof" className="size-[max(1rem,7cqi)] shrink-0" />
        </p>
        <p className="figures" style={{ '--digits': String(unit).length } as CSSProperties}>
          <span className="flex items-start justify-center gap-[2.5cqi]">
            <span className="mt-[2cqi] font-bold text-[max(0.875rem,7cqi)] leading-none">No.</span>{' '}
            <span className="display text-[min(40cqi,calc(104cqi/var(--digits)))] leading-[0.82]">
              {unit}
            </span>
          </span>
          {of !== undefined && (
            <span className="mt-[4cqi] block text-center font-bold text-[max(0.875rem,6cqi)] leading-none">
              {' '}
              of {of}
            </span>
          )}
        </p>
        <p className="truncate text-center font-medium text-[max(0.75rem,3.4cqi)]">{engraving}</p>
      </div>
    </div>
  )
}

function Rivet({ className, struck }: { className: string; struck: boolean }) {
  return (
    <span
      aria-hidden="true"
      className={`absolute top-1/2 size-[3.6cqi] -translate-y-1/2 rounded-full border-2 ${struck ? 'border-stamp bg-tag-hover' : 'border-edge bg-card'} ${className}`}
    />
  )
}
