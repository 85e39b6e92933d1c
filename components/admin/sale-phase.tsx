import { Badge } from '../ui/badge'

const looks = {
  draft: { tone: 'plain', label: 'draft' },
  upcoming: { tone: 'tag', label: 'upcoming' },
  open: { tone: 'go', label: 'open' },
  paused: { tone: 'alarm', label: 'paused' },
  closed: { tone: 'plain', label: 'closed' },
} as const

/** The state of a sale in one word, as its merchant calls it. */
export function SalePhase({ phase }: { phase: keyof typeof looks }) {
  const { tone, label } = looks[phase]
  return (
    <Badge tone={tone} live={phase === 'open'}>
      {label}
    </Badge>
  )
}
