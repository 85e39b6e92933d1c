'use client'

import type { CSSProperties } from 'react'

// As properties: the policy of the page that it replaces lets no other styles in.
const bodyStyle: CSSProperties = {
  margin: 0,
  padding: '15vh 1.5rem',
  font: '1.125rem/1.6 system-ui, sans-serif',
  color: 'light-dark(#14201b, #eef2ec)',
  background: 'light-dark(#f3f4ee, #0e1512)',
}
const buttonStyle: CSSProperties = {
  font: 'inherit',
  fontWeight: 600,
  minHeight: '2.75rem',
  padding: '0 1.25rem',
  border: '1px solid #8f6200',
  borderRadius: '.75rem',
  background: '#ffb81f',
  color: '#14201b',
  cursor: 'pointer',
}

/** The last resort, when even the layout failed: it brings its own document and styles and needs nothing else. */
export default function GlobalError({ error, retry }: { error: unknown; retry: () => void }) {
  const reference = error instanceof Error && 'digest' in error ? String(error.digest) : null
  return (
    <html lang="en" style={{ colorScheme: 'light dark' }}>
      <body style={bodyStyle}>
        <title>Something went wrong · Stampede</title>
        <main role="alert" style={{ maxWidth: '40rem', margin: 'auto' }}>
          <h1>Something went wrong on our side.</h1>
          <p>
            Nothing was charged by this, and your cart is kept.
            {reference && ` If it stays, quote the reference ${reference}.`}
          </p>
          <button type="button" style={buttonStyle} onClick={() => retry()}>
            Try again
          </button>
        </main>
      </body>
    </html>
  )
}
