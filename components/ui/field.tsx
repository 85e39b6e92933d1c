import { type ComponentProps, type ReactNode, useId } from 'react'

type Frame = { label: string; hint?: string | undefined; error?: string | undefined }

const control =
  'w-full min-h-12 rounded-xl border bg-card px-3.5 text-base text-ink border-edge aria-invalid:border-alarm aria-invalid:border-2'

function useDescribed({ hint, error }: Frame) {
  const id = useId()
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ')
  return { id, describedBy: described || undefined }
}

function Labelled({ id, label, hint, error, children }: Frame & { id: string; children: ReactNode }) {
  return (
    <div className="grid content-start gap-1.5">
      <label htmlFor={id} className="font-semibold text-sm">
        {label}
      </label>
      {children}
      {hint && (
        <p id={`${id}-hint`} className="text-muted text-sm">
          {hint}
        </p>
      )}
      {error && (
        <p id={`${id}-error`} className="font-medium text-alarm text-sm">
          {label} {error}.
        </p>
      )}
    </div>
  )
}

/** One line of text with its label above, and what is wrong with it below, tied together for screen readers. */
export function Field({ label, hint, error, className = '', ...input }: Frame & ComponentProps<'input'>) {
  const { id, describedBy } = useDescribed({ label, hint, error })
  return (
    <Labelled id={id} label={label} hint={hint} error={error}>
      <input
        {...input}
        id={id}
        aria-invalid={error ? true : undefined}
        aria-describedby={describedBy}
        className={`${control} ${className}`}
      />
    </Labelled>
  )
}

/** Several lines of text. */
export function TextField({
  label,
  hint,
  error,
  className = '',
  ...area
}: Frame & ComponentProps<'textarea'>) {
  const { id, describedBy } = useDescribed({ label, hint, error })
  return (
    <Labelled id={id} label={label} hint={hint} error={error}>
      <textarea
        rows={3}
        {...area}
        id={id}
        aria-invalid={error ? true : undefined}
        aria-describedby={describedBy}
        className={`${control} py-2.5 ${className}`}
      />
    </Labelled>
  )
}

/** A native choice with its label above: it works without JavaScript and opens the phone's own wheel. */
export function SelectField({
  label,
  hint,
  error,
  className = '',
  ...select
}: Frame & ComponentProps<'select'>) {
  const { id, describedBy } = useDescribed({ label, hint, error })
  return (
    <Labelled id={id} label={label} hint={hint} error={error}>
      <select
        {...select}
        id={id}
        aria-invalid={error ? true : undefined}
        aria-describedby={describedBy}
        className={`${control} ${className}`}
      />
    </Labelled>
  )
}
