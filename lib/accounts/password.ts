import { hash, verify } from '@node-rs/argon2'

/** OWASP's least for Argon2id: 19 MiB, two passes. It takes a core about 20 ms. */
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }

/** Of a password nobody has: checking against it takes as long as checking against somebody's. */
let nobodys: Promise<string> | undefined

/** An Argon2id hash with its salt and cost, as the ledger keeps it. */
export const hashPassword = (password: string): Promise<string> => hash(password.normalize('NFKC'), cost)

/** Whether this is the password of the hash. Takes as long without a hash, so that nobody learns who has an account. */
export async function isPassword(passwordHash: string | null, password: string): Promise<boolean> {
  nobodys ??= hashPassword('nobody has this')
  const isSame = await verify(passwordHash ?? (await nobodys), password.normalize('NFKC'))
  return passwordHash !== null && isSame
}
