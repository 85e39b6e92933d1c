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
  saleId: string
  paused: boolean
  closesAt: string
  pauseAction: FormAction<null>
  resumeAction: FormAction<null>
  closeAction: FormAction<null>
}

/** What can be done to a sale while it runs, each with a reason that stays in the audit log. */
export function SaleControls({ saleId, paused, closesAt, pauseAction, resumeAction, closeAction }: Props) {
  const seen = { saleId, paused, closesAt }
  return (
    <section className="grid gap-4 md:grid-cols-2" aria-label="Controls">
      {paused ? (
        <Control
          {...seen}
          action={resumeAction}
          label="Resume"
          says="Carts and payments go on with the time they had left."
          done="The sale goes on."
        />
      ) : (
        <Control
          {...seen}
          action={pauseAction}
          label="Pause"
          says="Nobody can reserve, and every deadline stands still until you resume."
          done="The sale is paused."
        />
      )}
      <Control
        {...seen}
        action={closeAction}
        label="Close for good"
        says="Nobody can reserve any more. What is in carts can still be ordered and paid until its deadline."
        done="The sale is closed."
        look="quiet"
      />
    </section>
  )
}

type ControlProps = {
  saleId: string
  paused: boolean
  closesAt: string
  action: FormAction<null>
  label: string
  says: string
  done: string
  look?: 'solid' | 'quiet'
}

function Control({ saleId, paused, closesAt, action, label, says, done, look = 'solid' }: ControlProps) {
  const router = useRouter()
  const { answer, form, pending } = useFormAction(action)
  useOnce(answer, (next) => {
    if (next.ok || next.reason === 'changed_meanwhile') router.refresh()
  })
  return (
    <Card>
      <form {...form} className="grid gap-3">
        <p className="text-muted text-sm">{says}</p>
        <input type="hidden" name="saleId" value={saleId} />
        <input type="hidden" name="paused" value={paused ? 'yes' : 'no'} />
        <input type="hidden" name="closesAt" value={closesAt} />
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
