'use client'

import { Area, AreaChart, CartesianGrid, Legend, ResponsiveContainer, XAxis, YAxis } from 'recharts'
import { formatClock } from '../time'
import type { Point } from './cockpit-history'

const parts = [
  { of: 'sold', name: 'sold', fill: 'var(--go)' },
  { of: 'held', name: 'held in carts and unpaid orders', fill: 'var(--tag)' },
  { of: 'left', name: 'left', fill: 'var(--line)' },
] as const

/** Where the units have been since this page was opened. */
export function CockpitChart({ history }: { history: Point[] }) {
  const last = history.at(-1)
  return (
    <figure className="rounded-2xl border border-line bg-card p-4">
      <figcaption className="mb-3 font-semibold text-sm">Units since this page was opened</figcaption>
      <div className="h-64">
        <ResponsiveContainer width="100%" height="100%">
          <AreaChart data={history} accessibilityLayer={false}>
            <CartesianGrid stroke="var(--line)" vertical={false} />
            <XAxis
              dataKey="second"
              type="number"
              domain={['dataMin', 'dataMax']}
              tickFormatter={formatClock}
              stroke="var(--muted)"
            />
            <YAxis allowDecimals={false} stroke="var(--muted)" />
            <Legend formatter={(name) => <span className="text-ink">{name}</span>} />
            {parts.map(({ of, name, fill }) => (
              <Area
                key={of}
                dataKey={of}
                name={name}
                stackId="units"
                type="stepAfter"
                fill={fill}
                stroke={fill}
                legendType="square"
                fillOpacity={1}
                isAnimationActive={false}
              />
            ))}
          </AreaChart>
        </ResponsiveContainer>
      </div>
      {last && (
        <p className="sr-only">
          Now {last.sold} sold, {last.held} held, {last.left} left.
        </p>
      )}
    </figure>
  )
}
