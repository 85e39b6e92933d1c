import type { Metadata } from 'next'
import { addAccountAction, changeRoleAction } from '@/app/admin/actions'
import { AdminFrame } from '@/components/admin/frame'
import { AddAccountForm, RoleForm } from '@/components/admin/team-forms'
import { TurnedAway } from '@/components/admin/turned-away'
import { Card } from '@/components/ui/card'
import { listTeam } from '@/lib/accounts/find'
import { context } from '@/lib/open-context'
import { admit } from '@/lib/web/admin'

export const metadata: Metadata = { title: 'Team' }
export const instant = false

export default async function TeamPage() {
  const account = await admit('team.read')
  if (!account.ok) return <TurnedAway refused={account} />
  const team = await listTeam(context())
  return (
    <AdminFrame account={account.value} title="Team">
      <div className="grid items-start gap-6 lg:grid-cols-[2fr_1fr]">
        <ul className="grid gap-3">
          {team.map(({ id, name, email, role }) => (
            <li key={id}>
              <Card className="grid gap-3">
                <p>
                  <strong>{name}</strong> <span className="text-muted">{email}</span>
                </p>
                <RoleForm member={{ id, name, role }} action={changeRoleAction} />
              </Card>
            </li>
          ))}
        </ul>
        <Card className="grid gap-4">
          <h2 className="font-bold text-lg">Add somebody</h2>
          <AddAccountForm action={addAccountAction} />
        </Card>
      </div>
    </AdminFrame>
  )
}
