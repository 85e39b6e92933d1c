'use client'

import { signIn } from 'next-auth/react'
import { type FormEvent, useState } from 'react'
import { type Refused, refused } from '@/lib/result'
import { Refusal } from '../refusal'
import { Button } from '../ui/button'
import { Field } from '../ui/field'
import { Notice } from '../ui/notice'

type Answer = 'wrong' | Refused | null

/** Only pages of the admin: an address in a link must not lead anywhere else. */
const within = (to: string | null) => (to?.match(/^\/admin(?:\/[\w/-]*)?$/) ? to : '/admin')

function answerOf(error: string | null | undefined): Answer {
  if (!error) return null
  if (error === 'too_many_requests') return refused('too_many_requests')
  return error === 'CredentialsSignin' ? 'wrong' : refused('try_again')
}

/** E-mail and password. Says the same whatever was wrong, so that nobody learns who has an account. */
export function LoginForm() {
  const [answer, setAnswer] = useState<Answer>(null)
  const [pending, setPending] = useState(false)

  async function onSubmit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    if (pending) return
    setPending(true)
    const { email, password } = Object.fromEntries(new FormData(event.currentTarget))
    const said = await signIn('credentials', { email, password, redirect: false }).catch(() => undefined)
    if (said?.ok && !said.error) {
      // A whole new page: nothing of what somebody else saw in this browser is left.
      window.location.assign(within(new URLSearchParams(window.location.search).get('to')))
      return
    }
    setAnswer(answerOf(said ? (said.error ?? 'CredentialsSignin') : 'unreachable'))
    setPending(false)
  }

  return (
    // Posts by default, so that a page without JavaScript never puts a password into its address.
    <form method="post" onSubmit={onSubmit} className="grid gap-4">
      {answer === 'wrong' && (
        <Notice
          tone="refusal"
          sentence="The e-mail address or the password is wrong."
          next="Check both and try again."
          focus={answer}
        />
      )}
      {answer !== null && answer !== 'wrong' && <Refusal refused={answer} action={null} focus />}
      <Field label="E-mail" name="email" type="email" autoComplete="username" required maxLength={254} />
      <Field
        label="Password"
        name="password"
        type="password"
        autoComplete="current-password"
        required
        maxLength={200}
      />
      <Button pending={pending}>Sign in</Button>
    </form>
  )
}
