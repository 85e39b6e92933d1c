import { type Refused, type Result, reasons, refused } from '@/lib/result'

/** One call of the API, as a browser makes it. A lost connection is `try_again`. */
export async function call<T>(method: 'GET' | 'POST', path: string, body?: object): Promise<Result<T>> {
  try {
    const response = await fetch(`/api/v1${path}`, {
      method,
      ...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    })
    const value = (await response.json()) as T | Refused
    if (response.ok) return { ok: true, value: value as T }
    const { reason } = value as Refused
    return refused(reasons.includes(reason) ? reason : 'try_again')
  } catch {
    return refused('try_again')
  }
}
