import type { Route } from 'next'
import type { Refused } from '@/lib/result'
import { Refusal } from '../refusal'
import { ButtonLink } from '../ui/button'

/** Instead of a page of the admin for whoever may not see it. */
export function TurnedAway({ refused }: { refused: Refused }) {
  return (
    <div className="mx-auto grid max-w-xl gap-4 px-4 py-16">
      <h1 className="font-bold text-2xl">Admin</h1>
      <Refusal
        refused={refused}
        action={
          <ButtonLink href={'/admin/login' as Route} look="quiet" size="small">
            Sign in
          </ButtonLink>
        }
      />
    </div>
  )
}
