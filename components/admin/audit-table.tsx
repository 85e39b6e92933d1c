import { ShopTime } from '../sale-time'

type Entry = {
  id: number
  at: Date
  actor: string
  action: string
  subject: string
  reason: string
  before: Record<string, unknown> | null
  after: Record<string, unknown> | null
}

const word = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value))

/** What changed, as `field: before → after`. */
function changesOf({ before, after }: Entry): string[] {
  return Object.keys({ ...before, ...after }).flatMap((field) => {
    const [old, now] = [before?.[field], after?.[field]]
    if (before === null) return [`${field}: ${word(now)}`]
    if (after === null) return [`${field}: ${word(old)} → gone`]
    return word(old) === word(now) ? [] : [`${field}: ${word(old)} → ${word(now)}`]
  })
}

/** Entries of the audit log, the latest first. */
export function AuditTable({ entries }: { entries: Entry[] }) {
  if (entries.length === 0) return <p className="text-muted">Nothing has been changed yet.</p>
  return (
    <div className="overflow-x-auto rounded-2xl border border-line bg-card">
      <table className="w-full border-collapse text-sm">
        <thead className="text-muted">
          <tr className="border-line border-b">
            <th className="px-4 py-3 text-start font-semibold">When</th>
            <th className="px-4 py-3 text-start font-semibold">Who</th>
            <th className="px-4 py-3 text-start font-semibold">What</th>
            <th className="px-4 py-3 text-start font-semibold">Change</th>
            <th className="px-4 py-3 text-start font-semibold">Reason</th>
          </tr>
        </thead>
        <tbody>
          {entries.map((entry) => (
            <tr key={entry.id} className="border-line border-b align-top last:border-0">
              <td className="whitespace-nowrap px-4 py-3">
                <ShopTime at={entry.at.toISOString()} />
              </td>
              <td className="px-4 py-3">{entry.actor}</td>
              <td className="px-4 py-3">
                {entry.action} <span className="block text-muted">{entry.subject}</span>
              </td>
              <td className="px-4 py-3">
                {changesOf(entry).map((change) => (
                  <span key={change} className="block">
                    {change}
                  </span>
                ))}
              </td>
              <td className="px-4 py-3">{entry.reason}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
