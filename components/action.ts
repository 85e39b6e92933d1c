import type { Result } from '@/lib/result'

/** A server action as a form uses it (`useActionState`): with and without JavaScript. It never redirects. */
export type FormAction<T> = (previous: Result<T> | null, formData: FormData) => Promise<Result<T>>

/** What a form posted without JavaScript was answered, and what was typed into it. */
export type Posted<T> = { answer: Result<T>; typed: Record<string, string> }
