'use client'

import { CircleAlert, CircleCheck, Info } from 'lucide-react'
import { type ReactNode, useEffect, useRef } from 'react'

const tones = {
  refusal: { icon: CircleAlert, role: 'alert', look: 'bg-alarm-soft text-alarm' },
  success: { icon: CircleCheck, role: 'status', look: 'bg-go-soft text-go' },
  info: { icon: Info, role: 'status', look: 'bg-warn-soft text-ink' },
} as const

type Props = {
  tone: keyof typeof tones
  /** What happened, in one sentence. */
  sentence: ReactNode
  /** What to do next. */
  next?: ReactNode
  /** The link or button that does it. */
  action?: ReactNode
  /** Moves the focus here each time it changes to something true: for what stopped the shopper's task. */
  focus?: unknown
}

/** A message that is announced at once: one sentence, one next step. */
export function Notice({ tone, sentence, next, action, focus }: Props) {
  const box = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (focus) box.current?.focus()
  }, [focus])
  const { icon: Icon, role, look } = tones[tone]
  return (
    <div ref={box} role={role} tabIndex={-1} className={`flex gap-3 rounded-2xl p-4 ${look}`}>
      <Icon aria-hidden="true" className="mt-0.5 size-5 shrink-0" />
      <div className="grid gap-2">
        <p className="font-semibold">{sentence}</p>
        {next && <p className="text-ink text-sm">{next}</p>}
        {action && <div className="mt-1">{action}</div>}
      </div>
    </div>
  )
}
