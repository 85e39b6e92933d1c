'use client'

import type { Route } from 'next'
import Link from 'next/link'
import type { ComponentProps, ReactNode } from 'react'
import { useFormStatus } from 'react-dom'
import { Spinner } from './spinner'

type Look = 'primary' | 'solid' | 'quiet' | 'plain'
type Size = 'small' | 'normal' | 'large'

const looks: Record<Look, string> = {
  primary:
    'bg-tag text-stamp border-tag-edge hover:bg-tag-hover aria-disabled:bg-sunk aria-disabled:text-muted aria-disabled:border-line',
  solid: 'bg-ink text-paper border-ink hover:bg-ink/85 aria-disabled:opacity-60',
  quiet: 'bg-card text-ink border-edge hover:bg-sunk aria-disabled:text-muted',
  plain: 'border-transparent text-ink underline underline-offset-4 decoration-edge hover:decoration-ink',
}

const sizes: Record<Size, string> = {
  small: 'min-h-9 px-3 text-sm',
  normal: 'min-h-11 px-5',
  large: 'min-h-14 px-7 text-lg',
}

const shape =
  'inline-flex items-center justify-center gap-2 rounded-xl border font-semibold text-center py-2 transition-colors cursor-pointer aria-disabled:cursor-not-allowed'

const classes = (look: Look, size: Size, className: string) =>
  `${shape} ${looks[look]} ${sizes[size]} ${className}`

type ButtonProps = ComponentProps<'button'> & {
  look?: Look
  size?: Size
  /** The action runs: the button keeps its place, its name and the focus, and ignores further presses. */
  pending?: boolean
  /** Ignores presses but stays reachable, so that its reason (`aria-describedby`) can be read. */
  unavailable?: boolean
}

/** A button of at least 36 px. `pending` and `unavailable` use `aria-disabled`: a disabled button would lose the focus. */
export function Button({
  look = 'primary',
  size = 'normal',
  pending = false,
  unavailable = false,
  type = 'submit',
  className = '',
  children,
  onClick,
  ...rest
}: ButtonProps) {
  const busy = useFormStatus().pending || pending
  const blocked = busy || unavailable
  return (
    <button
      {...rest}
      type={type}
      aria-disabled={blocked || undefined}
      aria-busy={busy || undefined}
      onClick={(event) => {
        if (blocked) event.preventDefault()
        else onClick?.(event)
      }}
      className={classes(look, size, className)}
    >
      {busy && <Spinner />}
      {children}
    </button>
  )
}

type ButtonLinkProps = {
  href: Route
  look?: Look
  size?: Size
  className?: string
  /** Reads the page beforehand. Off by default: most lead to pages that are made for one buyer, in the busiest minute. */
  prefetch?: boolean
  children: ReactNode
}

/** A link that looks like a button: it leads somewhere and changes nothing. */
export function ButtonLink(props: ButtonLinkProps) {
  const { href, look = 'primary', size = 'normal', className = '', prefetch = false, children } = props
  return (
    <Link href={href} prefetch={prefetch} className={classes(look, size, className)}>
      {children}
    </Link>
  )
}
