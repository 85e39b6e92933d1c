/** npm run owner -- create --email E [--name N]: makes an owner of the shop that runs here. */
import { randomBytes } from 'node:crypto'
import { text } from 'node:stream/consumers'
import { parseArgs } from 'node:util'
import { accountEmailSchema, accountNameSchema, passwordSchema } from '../lib/accounts/account'
import { createAccount } from '../lib/accounts/create'
import { messages } from '../lib/messages'
import { openShopHere } from './open-shop-here'
import { runCommand, WrongArguments } from './wrong-arguments'

const usage = `npm run owner -- create --email E [--name N] [--password-stdin]
  --password-stdin   reads the password from standard input; else one is made up and printed`

function readWish(argv: string[]) {
  const [name, ...args] = argv
  if (name !== 'create') throw new WrongArguments(usage)
  const { values } = parseArgs({
    args,
    options: {
      email: { type: 'string' },
      name: { type: 'string', default: 'Owner' },
      'password-stdin': { type: 'boolean', default: false },
    },
  })
  const email = accountEmailSchema.safeParse(values.email)
  if (!email.success) throw new WrongArguments('--email is the e-mail address of the owner.')
  const named = accountNameSchema.safeParse(values.name)
  if (!named.success) throw new WrongArguments('--name is a name of 80 characters at most.')
  return { email: email.data, name: named.data, fromStdin: values['password-stdin'] }
}

async function passwordOf(fromStdin: boolean): Promise<string> {
  if (!fromStdin) return randomBytes(12).toString('base64url')
  const given = passwordSchema.safeParse((await text(process.stdin)).replace(/\r?\n$/, ''))
  if (!given.success) throw new WrongArguments('The password has 12 to 200 characters.')
  return given.data
}

await runCommand(async () => {
  const { fromStdin, ...wish } = readWish(process.argv.slice(2))
  const password = await passwordOf(fromStdin)
  const ctx = openShopHere('owner')
  try {
    const actor = { accountId: null, name: 'npm run owner' }
    const made = await createAccount(ctx, { ...wish, password, role: 'owner' }, actor)
    if (!made.ok) throw new Error(messages[made.reason].sentence)
    console.log(`${wish.email} owns the shop: sign in at ${new URL('/admin', ctx.env.PUBLIC_URL).href}`)
    if (!fromStdin) console.log(`with the password ${password}`)
    return 0
  } finally {
    await ctx.close()
  }
})
