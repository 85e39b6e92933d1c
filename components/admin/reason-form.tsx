'use client'

import { useRouter } from 'next/navigation'
import type { FormAction } from '../action'
import { Refusal } from '../refusal'
import { Button } from '../ui/button'
import { Card } from '../ui/card'
import { Field } from '../ui/field'
import { Notice } from '../ui/notice'
import { useFormAction, useOnce } from '../use-form-action'

type Props = {
  action: FormAction<null>
  /** What it is about, as the page shows it. */
  fields: Record<string, string>
  label: string
  says: string
  done: string
  look?: 'solid' | 'quiet'
}

/** One thing that the team can do, with a reason that stays in the audit log. */
export function ReasonForm({ action, fields, label, says, done, look = 'solid' }: Props) {
  const router = useRouter()
  const { answer, form, pending } = useFormAction(action)
  // Refused, it may have changed meanwhile: the page shows how it stands.
  useOnce(answer, () => router.refresh())
  return (
    <Card>
      <form {...form} className="grid gap-3">
        <p className="text-muted text-sm">{says}</p>
        {Object.entries(fields).map(([name, value]) => (
          <input key={name} type="hidden" name={name} value={value} />
        ))}
        <Field
          label="Reason"
          name="reason"
          required
          minLength={3}
          maxLength={500}
          error={answer && !answer.ok ? answer.fields?.reason : undefined}
        />
        <Button look={look} pending={pending}>
          {label}
        </Button>
        {answer && !answer.ok && <Refusal refused={answer} action={null} focus />}
        {answer?.ok && <Notice tone="success" sentence={done} />}
      </form>
    </Card>
  )
}
