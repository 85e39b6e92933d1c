'use client'

import { unstable_isUnrecognizedActionError } from 'next/navigation'
import { type FormEvent, useActionState, useEffect, useRef, useState, useTransition } from 'react'
import { type Result, refused } from '@/lib/result'
import type { FormAction } from './action'

/** What a `<form>` is spread with. */
export type FormBinding = {
  action: (formData: FormData) => void
  onSubmit: (event: FormEvent<HTMLFormElement>) => void
}

/**
 * A form over a server action. Static HTML posts it without JavaScript and gets the answer with the next page. With
 * JavaScript the fields keep what was typed (React would reset them), a second press while one runs does nothing,
 * and a lost connection becomes the refusal `try_again` instead of an error page. `given` is the answer of a post
 * without JavaScript on pages where React does not hand it over.
 */
export function useFormAction<T>(action: FormAction<T>, given: Result<T> | null = null) {
  const [posted, formAction, posting] = useActionState(action, null)
  const [answered, setAnswered] = useState<Result<T> | null>(null)
  const [sending, startSending] = useTransition()
  const answer = answered ?? posted ?? given
  const pending = posting || sending

  function onSubmit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    if (pending) return
    const formData = new FormData(event.currentTarget)
    startSending(async () => {
      const next = await action(answer, formData).catch((error: unknown): Result<T> => {
        // The page is of an older build than the server, which ran nothing: only a reload helps.
        return refused(unstable_isUnrecognizedActionError(error) ? 'outdated' : 'try_again')
      })
      startSending(() => setAnswered(next))
    })
  }

  const form: FormBinding = { action: formAction, onSubmit }
  return { answer, form, pending }
}

/** Runs `effect` once for each answer, also when the page is hidden and shown again meanwhile. */
export function useOnce<T>(answer: T | null, effect: (answer: T) => void) {
  const seen = useRef<T | null>(null)
  useEffect(() => {
    if (answer === null || seen.current === answer) return
    seen.current = answer
    effect(answer)
  }, [answer, effect])
}
