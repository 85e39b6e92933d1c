import type { Metadata, Route } from 'next'
import { AuditTable } from '@/components/admin/audit-table'
import { AdminFrame } from '@/components/admin/frame'
import { TurnedAway } from '@/components/admin/turned-away'
import { Button, ButtonLink } from '@/components/ui/button'
import { Field } from '@/components/ui/field'
import { listAudit } from '@/lib/audit/list'
import { context } from '@/lib/open-context'
import { admit } from '@/lib/web/admin'

export const metadata: Metadata = { title: 'Audit log' }
export const instant = false

const textOf = (value: string | string[] | undefined) =>
  typeof value === 'string' && /^[^\0]+$/.test(value) ? value.slice(0, 200) : undefined

export default async function AuditPage({ searchParams }: PageProps<'/admin/audit'>) {
  const account = await admit('audit.read')
  if (!account.ok) return <TurnedAway refused={account} />
  const asked = await searchParams
  const search = textOf(asked.search)
  const before = /^\d{1,15}$/.test(textOf(asked.before) ?? '') ? Number(asked.before) : undefined
  const { entries, more } = await listAudit(context(), { search, before })
  const older = new URLSearchParams({ before: String(entries.at(-1)?.id), ...(search && { search }) })
  return (
    <AdminFrame account={account.value} title="Audit log">
      <form className="flex flex-wrap items-end gap-3">
        <div className="grow sm:max-w-md">
          <Field label="Search" name="search" type="search" defaultValue={search} maxLength={200} />
        </div>
        <Button look="quiet">Search</Button>
      </form>
      <AuditTable entries={entries} />
      {more && (
        <p>
          <ButtonLink href={`/admin/audit?${older}` as Route} look="quiet" size="small">
            Older
          </ButtonLink>
        </p>
      )}
    </AdminFrame>
  )
}
