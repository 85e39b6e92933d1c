'use server'

import type { Cart } from '@/lib/contract'
import { type Result, refused } from '@/lib/result'

/** The least that a server action can do, with the form that `reserveAction` takes. */
export async function noopAction(_previous: Result<Cart> | null, _form: FormData): Promise<Result<Cart>> {
  return refused('empty_now')
}
