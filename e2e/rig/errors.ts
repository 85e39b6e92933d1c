import { type BrowserContext, expect } from '@playwright/test'

/** Notes whatever a page complains about; the returned function fails the test if there was anything unexpected. */
export function watchForErrors(context: BrowserContext, expected: RegExp[]): () => void {
  const errors: string[] = []
  context.on('console', (message) => {
    if (message.type() === 'error') errors.push(`console: ${message.text()} (${message.location().url})`)
  })
  context.on('weberror', (error) => errors.push(`page: ${error.error().stack ?? error.error().message}`))
  context.on('response', (response) => {
    if (response.status() >= 500) errors.push(`response: ${response.status()} ${response.url()}`)
  })
  return () => {
    const unexpected = errors.filter((error) => !expected.some((pattern) => pattern.test(error)))
    expect(unexpected, 'what the pages complained about').toEqual([])
  }
}
