import type { ReactNode } from 'react'

const tones = {
  tag: 'bg-tag text-stamp',
  go: 'bg-go-soft text-go',
  alarm: 'bg-alarm-soft text-alarm',
  plain: 'bg-sunk text-ink',
} as const

/** A short state in a word or two. `live` adds a beating dot. */
export function Badge(props: { tone?: keyof typeof tones; live?: boolean; children: ReactNode }) {
  return (
    <span
      className={`kicker inline-flex min-h-7 items-center gap-2 rounded-full px-3 py-1 ${tones[props.tone ?? 'plain']}`}
    >
      {props.live && <span aria-hidden="true" className="size-2 animate-beat rounded-full bg-current" />}
      {props.children}
    </span>
  )
}
