'use client'

import { type ReactNode, useCallback, useRef, useState } from 'react'
import type { z } from 'zod'
import type { Challenge, proofSchema } from '@/lib/contract'
import { ok, type Result, refused } from '@/lib/result'
import { call } from './api-call'
import { HcaptchaBox } from './hcaptcha-box'
import { Spinner } from './ui/spinner'

export type Prover = {
  /** A proof against robots for one call in this sale: the one that was begun, or a new one. */
  prove(slug: string): Promise<Result<string>>
  /** Begins with one before it is needed, so that nobody waits for it later. */
  begin(slug: string): void
  /** Says what is going on, and shows hCaptcha where it asks something of the shopper. */
  view: ReactNode
}

type Asked = NonNullable<Challenge['hcaptcha']> & {
  /** Whether the browser may do work instead. */
  orWork: boolean
  /** With a token, or null when there will be none. */
  answer(token: string | null): void
}

type State = { step: 'idle' | 'working' | 'unreachable' } | { step: 'asking'; asked: Asked }

/**
 * Makes proofs that a browser, or a person where the shop uses hCaptcha, is at work. The work is done in the background
 * and takes about a second; nobody has to solve a puzzle for it. `focus` moves the focus to hCaptcha when it is waited for.
 */
export function useProof({ focus }: { focus: boolean }): Prover {
  const [state, setState] = useState<State>({ step: 'idle' })
  const [isWaited, setWaited] = useState(false)
  const begun = useRef<{ slug: string; proof: Promise<Result<string>> } | null>(null)

  const make = useCallback(async (slug: string): Promise<Result<string>> => {
    const challenge = await call<Challenge>('GET', `/sales/${slug}/challenge`)
    if (!challenge.ok) return challenge
    const { hcaptcha, work } = challenge.value
    if (hcaptcha) {
      const token = await new Promise<string | null>((answer) => {
        setState({ step: 'asking', asked: { ...hcaptcha, orWork: work !== null, answer } })
      })
      if (token !== null || !work) {
        const proof = token === null ? refused('try_again') : await exchange(slug, token)
        setState({ step: !proof.ok && proof.reason === 'try_again' ? 'unreachable' : 'idle' })
        return proof
      }
    }
    setState({ step: 'working' })
    const proof = await doWork(work)
    setState({ step: 'idle' })
    return proof
  }, [])

  const begin = useCallback(
    (slug: string) => {
      if (begun.current?.slug !== slug) begun.current = { slug, proof: make(slug) }
    },
    [make],
  )

  const prove = useCallback(
    async (slug: string) => {
      begin(slug)
      // Not at once: what is set while a form is being sent would show only when it was.
      queueMicrotask(() => setWaited(focus))
      const proof = (await begun.current?.proof) ?? refused('try_again')
      // Each is good for one use.
      begun.current = null
      setWaited(false)
      return proof
    },
    [begin, focus],
  )

  return { prove, begin, view: <ProofView state={state} isWaited={isWaited} /> }
}

async function exchange(slug: string, token: string): Promise<Result<string>> {
  const proof = await call<z.infer<typeof proofSchema>>('POST', `/sales/${slug}/proof`, { token })
  return proof.ok ? ok(proof.value.captcha) : proof
}

async function doWork(work: Challenge['work']): Promise<Result<string>> {
  if (!work) return refused('try_again')
  try {
    const { solve } = await import('@/lib/solve-challenge')
    return ok(await solve(work))
  } catch {
    return refused('captcha_failed')
  }
}

function ProofView({ state, isWaited }: { state: State; isWaited: boolean }) {
  if (state.step === 'asking') {
    const { asked } = state
    return (
      <HcaptchaBox
        siteKey={asked.siteKey}
        scriptUrl={asked.scriptUrl}
        orWork={asked.orWork}
        isWaited={isWaited}
        onAnswer={asked.answer}
      />
    )
  }
  if (state.step === 'idle') return null
  return (
    <p role="status" className="flex items-center gap-3 text-muted text-sm">
      {state.step === 'working' ? (
        <>
          <Spinner className="size-4 shrink-0" /> Your browser shows that it is at work. This takes a second
          or two and asks nothing of you …
        </>
      ) : (
        'hCaptcha, which tells people from robots, does not answer right now. Whoever has a place already keeps it.'
      )}
    </p>
  )
}
