'use client'

import { useRouter } from 'next/navigation'
import type { FormAction } from '../action'
import { Refusal } from '../refusal'
import { Button } from '../ui/button'
import { Card } from '../ui/card'
import { Field } from '../ui/field'
import { useFormAction, useOnce } from '../use-form-action'

/** Ends an order that nobody has paid, with a reason that stays in the audit log. */
export function OrderCancel({ orderId, cancelAction }: { orderId: string; cancelAction: FormAction<null> }) {
  const router = useRouter()
  const { answer, form, pending } = useFormAction(cancelAction)
  // Paid meanwhile, or ended: the page shows how it stands.
  useOnce(answer, () => router.refresh())
  return (
    <Card>
      <form {...form} className="grid gap-3">
        <p className="text-muted text-sm">
          Nothing has been charged. The units are for others at once, and the buyer sees that the order was
          cancelled.
        </p>
        <input type="hidden" name="orderId" value={orderId} />
        <Field
          label="Reason"
          name="reason"
          required
          minLength={3}
          maxLength={500}
          error={answer && !answer.ok ? answer.fields?.reason : undefined}
        />
        <Button look="quiet" pending={pending}>
          Cancel this order
        </Button>
        {answer && !answer.ok && <Refusal refused={answer} action={null} focus />}
      </form>
    </Card>
  )
}
