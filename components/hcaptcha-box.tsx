'use client'

import type HCaptcha from '@hcaptcha/react-hcaptcha'
import { useEffect, useRef, useState } from 'react'
import { config } from '@/lib/config'
import { Button } from './ui/button'
import { Spinner } from './ui/spinner'

type Props = {
  siteKey: string
  scriptUrl: string
  /** Whether the browser may do work instead. */
  orWork: boolean
  /** Something waits for the answer: the focus moves here. */
  isWaited: boolean
  /** With a token, or null when hCaptcha can't be reached or the shopper would rather let the browser work. */
  onAnswer(token: string | null): void
}

/** After these it would not come to an answer; after others it asks again by itself. */
const failures = /script|network|rate-limited|internal|invalid|challenge-error/

/** Narrower than this the usual size of hCaptcha would stick out. */
const narrow = 420

/** Where hCaptcha asks whether a person is there. Its code is loaded only once it is shown. */
export function HcaptchaBox({ siteKey, scriptUrl, orWork, isWaited, onAnswer }: Props) {
  const box = useRef<HTMLFieldSetElement>(null)
  const [Widget, setWidget] = useState<typeof HCaptcha | null>(null)
  const [isShown, setShown] = useState(false)
  useEffect(() => {
    import('@hcaptcha/react-hcaptcha').then(
      (loaded) => setWidget(() => loaded.default),
      () => onAnswer(null),
    )
  }, [onAnswer])
  // A service that hangs says nothing by itself.
  useEffect(() => {
    if (isShown) return
    const late = setTimeout(() => onAnswer(null), config.captcha.loadMs)
    return () => clearTimeout(late)
  }, [isShown, onAnswer])
  useEffect(() => {
    if (isWaited) box.current?.focus()
  }, [isWaited])

  return (
    <fieldset ref={box} tabIndex={-1} className="grid min-w-0 justify-items-start gap-3">
      <legend className="mb-2 font-semibold">Please show that you are a person</legend>
      {!isShown && (
        <p role="status" className="flex items-center gap-3 text-muted text-sm">
          <Spinner className="size-4 shrink-0" /> Loading hCaptcha …
        </p>
      )}
      {Widget && (
        <Widget
          sitekey={siteKey}
          scriptSource={scriptUrl}
          theme={matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'}
          size={window.innerWidth < narrow ? 'compact' : 'normal'}
          sentry={false}
          reCaptchaCompat={false}
          onReady={() => setShown(true)}
          onVerify={onAnswer}
          onError={(code) => failures.test(code) && onAnswer(null)}
        />
      )}
      <p className="text-muted text-sm">
        hCaptcha works with the keyboard, and has questions in words and a pass for whoever can’t see its
        pictures:{' '}
        <a
          href="https://www.hcaptcha.com/accessibility"
          className="underline underline-offset-4"
          rel="noreferrer"
          target="_blank"
        >
          how to get it
        </a>
        .
      </p>
      {orWork && (
        <Button type="button" look="quiet" size="small" onClick={() => onAnswer(null)}>
          Let my browser do some work instead
        </Button>
      )}
    </fieldset>
  )
}
