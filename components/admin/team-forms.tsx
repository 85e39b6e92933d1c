'use client'

import { useRouter } from 'next/navigation'
import type { Role } from '@/lib/permissions'
import type { Refused } from '@/lib/result'
import type { FormAction } from '../action'
import { Refusal } from '../refusal'
import { Button } from '../ui/button'
import { Field, SelectField } from '../ui/field'
import { Notice } from '../ui/notice'
import { useFormAction, useOnce } from '../use-form-action'

/** What the team may be, in the words of whoever decides. */
const choices: [Role, string][] = [
  ['viewer', 'Viewer: sees everything, changes nothing'],
  ['staff', 'Staff: runs sales and orders'],
  ['owner', 'Owner: everything, and the team'],
]

type Member = { id: string; name: string; role: Role }

/** The role of one member of the team, to be changed. Changing it ends their sessions. */
export function RoleForm({ member, action }: { member: Member; action: FormAction<null> }) {
  const router = useRouter()
  const { answer, form, pending } = useFormAction(action)
  useOnce(answer, (next) => {
    if (next.ok || next.reason === 'changed_meanwhile') router.refresh()
  })
  return (
    <form {...form} className="grid gap-2">
      <input type="hidden" name="accountId" value={member.id} />
      <input type="hidden" name="seen" value={member.role} />
      <div className="flex flex-wrap items-end gap-2">
        <SelectField
          key={member.role}
          label={`Role of ${member.name}`}
          name="role"
          defaultValue={member.role}
        >
          {choices.map(([role, label]) => (
            <option key={role} value={role}>
              {label}
            </option>
          ))}
          <option value="shopper">None: no longer in the team</option>
        </SelectField>
        <Button look="quiet" pending={pending}>
          Change
        </Button>
      </div>
      {answer && !answer.ok && <Refusal refused={answer} action={null} focus />}
    </form>
  )
}

const fieldsOf = (answer: Refused | null) => answer?.fields ?? {}

/** Fields that every new account has. */
function AccountFields({ answer }: { answer: Refused | null }) {
  const wrong = fieldsOf(answer)
  return (
    <>
      <Field label="Name" name="name" autoComplete="off" required maxLength={80} error={wrong.name} />
      <Field
        label="E-mail"
        name="email"
        type="email"
        autoComplete="off"
        required
        maxLength={254}
        error={wrong.email}
      />
      <Field
        label="Password"
        name="password"
        type="password"
        autoComplete="new-password"
        hint="12 characters or more"
        required
        minLength={12}
        maxLength={200}
        error={wrong.password}
      />
    </>
  )
}

/** A new member of the team. */
export function AddAccountForm({ action }: { action: FormAction<null> }) {
  const router = useRouter()
  const { answer, form, pending } = useFormAction(action)
  useOnce(answer, (next) => {
    if (next.ok) router.refresh()
  })
  const refusal = answer && !answer.ok ? answer : null
  return (
    <form {...form} className="grid gap-3">
      <AccountFields answer={refusal} />
      <SelectField label="Role" name="role" defaultValue="staff">
        {choices.map(([role, label]) => (
          <option key={role} value={role}>
            {label}
          </option>
        ))}
      </SelectField>
      <Button pending={pending}>Add to the team</Button>
      {refusal && <Refusal refused={refusal} action={null} focus />}
      {answer?.ok && <Notice tone="success" sentence="They can sign in now." />}
    </form>
  )
}

/** The owner of a shop that has none. */
export function FirstOwnerForm({ token, action }: { token: string; action: FormAction<null> }) {
  const { answer, form, pending } = useFormAction(action)
  useOnce(answer, (next) => {
    if (next.ok) window.location.assign('/admin/login')
  })
  const refusal = answer && !answer.ok ? answer : null
  return (
    <form {...form} className="grid gap-3">
      <input type="hidden" name="token" value={token} />
      <AccountFields answer={refusal} />
      <Button pending={pending}>Become the owner</Button>
      {refusal && <Refusal refused={refusal} action={null} focus />}
    </form>
  )
}
