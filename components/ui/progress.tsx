import { useId } from 'react'

type Props = {
  label: string
  /** What the bar says in words; shown beside the label and read out instead of a bare percentage. */
  text: string
  max: number
  /** Settled part of the bar. */
  solid: number
  /** Part that may still come back. */
  hatched?: number
}

/** How much of something is taken: a bar with two parts whose meaning is also there as text. */
export function Progress({ label, text, max, solid, hatched = 0 }: Props) {
  const id = useId()
  const percent = (part: number) => `${max > 0 ? Math.min(100, (part / max) * 100) : 0}%`
  return (
    <div className="grid gap-2">
      <p className="figures flex flex-wrap items-baseline justify-between gap-x-4 text-sm">
        <span id={id} className="font-semibold">
          {label}
        </span>
        <span className="text-muted">{text}</span>
      </p>
      <div
        role="progressbar"
        aria-labelledby={id}
        aria-valuemin={0}
        aria-valuemax={max}
        aria-valuenow={Math.min(max, solid + hatched)}
        aria-valuetext={text}
        className="flex h-3 overflow-hidden rounded-full border border-edge bg-sunk"
      >
        <span className="bg-ink transition-[width]" style={{ width: percent(solid) }} />
        <span className="hatched transition-[width]" style={{ width: percent(hatched) }} />
      </div>
    </div>
  )
}
