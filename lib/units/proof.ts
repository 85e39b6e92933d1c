import { config } from '../config'
import { type Refused, type Result, refused } from '../result'

/** A proof against robots that was checked: made for one buyer in one sale, good for one use until a moment (ms). */
export type Proof = { id: string; untilMs: number }

/** Nothing where a call needs none; else the proof that came with it, or why there is no good one. */
export type GivenProof = Result<Proof> | undefined

/** The arguments of a script that uses `proofFragment`. */
export const proofArgs = (given: GivenProof) => ({
  proof: given === undefined ? '-' : given.ok ? given.value.id : '',
  // Longer than it is good for: clocks differ, and a proof that is forgotten too early could be used twice.
  forgetAtMs: given?.ok ? given.value.untilMs + config.captcha.proofSeconds * 1_000 : 0,
  forgetMost: config.captcha.forgetPerUse,
})

/** What `unproven()` said, in the words of whoever checked the proof. */
export const refusedProof = (given: GivenProof, code: 'captcha_required' | 'captcha_failed'): Refused =>
  code === 'captcha_required' && given && !given.ok ? given : refused(code)
