'use client'

import { useRouter } from 'next/navigation'
import type { FormAction } from '../action'
import { Refusal } from '../refusal'
import { Button } from '../ui/button'
import { Card } from '../ui/card'
import { useFormAction, useOnce } from '../use-form-action'

type Props = { saleId: string; publishAction: FormAction<null>; discardAction: FormAction<null> }

/** What can be done with a draft. */
export function DraftControls({ saleId, publishAction, discardAction }: Props) {
  const router = useRouter()
  return (
    <section className="grid gap-4 md:grid-cols-2" aria-label="Controls">
      <Step
        saleId={saleId}
        action={publishAction}
        label="Publish"
        says="Mints the units and shows the sale in the shop. Its items and prices stay as they are then."
        onDone={() => router.refresh()}
      />
      <Step
        saleId={saleId}
        action={discardAction}
        label="Discard"
        look="quiet"
        says="Throws the draft away. The products in it stay."
        onDone={() => router.push('/admin')}
      />
    </section>
  )
}

type StepProps = {
  saleId: string
  action: FormAction<null>
  label: string
  look?: 'primary' | 'quiet'
  says: string
  onDone: () => void
}

function Step({ saleId, action, label, look = 'primary', says, onDone }: StepProps) {
  const { answer, form, pending } = useFormAction(action)
  useOnce(answer, (next) => {
    if (next.ok) onDone()
  })
  return (
    <Card>
      <form {...form} className="grid gap-3">
        <p className="text-muted text-sm">{says}</p>
        <input type="hidden" name="saleId" value={saleId} />
        <Button look={look} pending={pending}>
          {label}
        </Button>
        {answer && !answer.ok && <Refusal refused={answer} action={null} focus />}
      </form>
    </Card>
  )
}
