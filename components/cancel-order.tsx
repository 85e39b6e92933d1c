'use client'

import type { Order } from '@/lib/contract'
import type { FormAction } from './action'
import { Refusal } from './refusal'
import { Button } from './ui/button'
import { useFormAction, useOnce } from './use-form-action'

type Props = { order: Order; action: FormAction<Order>; onAnswer: () => void }

/** Gives up an unpaid order: its units go back on sale at once. */
export function CancelOrder({ order, action, onAnswer }: Props) {
  const { answer, form, pending } = useFormAction(action)
  useOnce(answer, onAnswer)
  return (
    <form {...form} className="grid gap-3">
      <input type="hidden" name="orderId" value={order.id} />
      {answer && !answer.ok && <Refusal refused={answer} saleSlug={order.saleSlug} />}
      <Button look="plain" pending={pending} className="-ms-5 justify-self-start">
        Cancel order
      </Button>
    </form>
  )
}
