import type { Route } from 'next'
import type { ReactNode } from 'react'
import { messageFor } from '@/lib/messages'
import { type Reason, type Refused, refused } from '@/lib/result'
import { Button, ButtonLink } from './ui/button'
import { Notice } from './ui/notice'
import { Wait } from './wait'

type Step = { label: string; href: Route }

/** Where the next step of a refusal leads; reasons without one are settled where the shopper already is. */
function nextStep(reason: Reason, saleSlug: string | undefined): Step | null {
  const sale: Step = saleSlug
    ? { label: 'Back to the sale', href: `/sales/${saleSlug}` as Route }
    : { label: 'Back to the shop', href: '/' }
  switch (reason) {
    case 'closed':
    case 'sold_through':
      return { label: 'See other sales', href: '/' }
    case 'not_found':
      return { label: 'Back to the shop', href: '/' }
    case 'not_admitted':
      return saleSlug ? { label: 'Go to the waiting room', href: `/sales/${saleSlug}/room` as Route } : null
    case 'limit_reached':
    case 'cart_changed':
    case 'already_ordered':
      return { label: 'Go to cart', href: '/cart' }
    case 'hold_expired':
    case 'not_payable':
    case 'rejected':
      return sale
    default:
      return null
  }
}

/** The end of a cart, as seen by this page's countdown: the same words as the server's. */
export const holdExpired = refused('hold_expired')

type Props = {
  refused: Refused
  saleSlug?: string | undefined
  /** Replaces the sentence where the page knows more, such as how many units are in other carts. */
  sentence?: string | undefined
  /** Replaces the link; null for none. */
  action?: ReactNode
  /** Moves the focus to each new refusal. */
  focus?: boolean
}

/** Why the server said no: one sentence, one next step, and the link or reference that goes with it. */
export function Refusal({ refused: answer, saleSlug, sentence, action, focus = false }: Props) {
  const { reason, cause, retryAfterSeconds, reference } = answer
  const message = messageFor(answer)
  const wait = retryAfterSeconds === undefined || cause ? '' : ` It works again in ${retryAfterSeconds} s.`
  const quote = reference === undefined ? '' : ` Reference: ${reference}.`
  return (
    <Notice
      tone="refusal"
      sentence={sentence ?? message.sentence}
      next={
        <>
          {`${message.next}${wait}${quote}`}
          {cause && retryAfterSeconds !== undefined && (
            <>
              {' '}
              <Wait answer={answer} seconds={retryAfterSeconds} />
            </>
          )}
        </>
      }
      action={action === undefined ? <NextStep reason={reason} saleSlug={saleSlug} /> : action}
      focus={focus && answer}
    />
  )
}

function NextStep({ reason, saleSlug }: { reason: Reason; saleSlug: string | undefined }) {
  if (reason === 'outdated') {
    return (
      <Button type="button" look="quiet" size="small" onClick={() => window.location.reload()}>
        Reload the page
      </Button>
    )
  }
  const step = nextStep(reason, saleSlug)
  return (
    step && (
      <ButtonLink href={step.href} look="quiet" size="small">
        {step.label}
      </ButtonLink>
    )
  )
}
