'use client'

import { unstable_isUnrecognizedActionError } from 'next/navigation'
import { type FormEvent, useActionState, useEffect, useRef, useState, useTransition } from 'react'
import { type Reason, type Result, refused } from '@/lib/result'
import type { FormAction } from './action'
import { useProof } from './use-proof'

/** What a `<form>` is spread with. */
export type FormBinding = {
  action: (formData: FormData) => void
  onSubmit: (event: FormEvent<HTMLFormElement>) => void
}

/** Refusals that a new proof may cure. */
const aboutProof: Reason[] = ['captcha_required', 'captcha_failed']

/**
 * A form over a server action. Static HTML posts it without JavaScript and gets the answer with the next page. With
 * JavaScript the fields keep what was typed (React would reset them), a second press while one runs does nothing,
 * and a lost connection becomes the refusal `try_again` instead of an error page. `given` is the answer of a post
 * without JavaScript on pages where React does not hand it over. Where the shop asks for a proof against robots, one is
 * made and the form sent again; the forms of a sale that is known to ask (`provenSlug`) begin with it at once. `proof`
 * belongs into the form: it says so.
 */
export function useFormAction<T>(
  action: FormAction<T>,
  given: Result<T> | null = null,
  provenSlug: string | null = null,
) {
  const [posted, formAction, posting] = useActionState(action, null)
  const [answered, setAnswered] = useState<Result<T> | null>(null)
  const [sending, startSending] = useTransition()
  const { prove, begin, view: proof } = useProof({ focus: true })
  const answer = answered ?? posted ?? given
  const pending = posting || sending

  useEffect(() => {
    if (provenSlug !== null) begin(provenSlug)
  }, [provenSlug, begin])

  function send(formData: FormData): Promise<Result<T>> {
    return action(answer, formData).catch((error: unknown) => {
      // The page is of an older build than the server, which ran nothing: only a reload helps.
      return refused(unstable_isUnrecognizedActionError(error) ? 'outdated' : 'try_again')
    })
  }

  async function sendProven(formData: FormData, slug: string): Promise<Result<T>> {
    const made = await prove(slug)
    if (!made.ok) return made
    formData.set('captcha', made.value)
    return send(formData)
  }

  function onSubmit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    if (pending) return
    const formData = new FormData(event.currentTarget)
    startSending(async () => {
      let next = await (provenSlug === null ? send(formData) : sendProven(formData, provenSlug))
      if (!next.ok && aboutProof.includes(next.reason))
        next = await sendProven(formData, String(formData.get('slug')))
      startSending(() => setAnswered(next))
    })
  }

  const form: FormBinding = { action: formAction, onSubmit }
  return { answer, form, pending, proof }
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
