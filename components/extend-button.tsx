'use client'

import type { Cart } from '@/lib/contract'
import type { FormAction } from './action'
import { useRememberCart } from './cart-store'
import { Refusal } from './refusal'
import { formatSpan } from './time'
import { Button } from './ui/button'
import { useFormAction } from './use-form-action'

type Props = {
  slug: string
  holdSeconds: number
  /** Extensions the server still grants; the button is gone with the last one. */
  left: number
  action: FormAction<Cart>
}

/** "5 more minutes": one press, one more hold length, while the sale grants it. */
export function ExtendButton({ slug, holdSeconds, left, action }: Props) {
  const { answer, form } = useFormAction(action)
  useRememberCart(slug, answer?.ok ? answer.value : null)
  const [count = '', ...unit] = formatSpan(holdSeconds).split(' ')
  if (left === 0 && (!answer || answer.ok)) return null
  return (
    <form {...form} className="grid gap-2">
      <input type="hidden" name="slug" value={slug} />
      {left > 0 && (
        <Button look="quiet" size="small" className="min-h-11">
          {count} more {unit.join(' ')}
        </Button>
      )}
      {answer && !answer.ok && <Refusal refused={answer} saleSlug={slug} />}
    </form>
  )
}
