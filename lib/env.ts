import { z } from 'zod'

const hcaptchaScript = 'https://js.hcaptcha.com/1/api.js'

/**
 * The only reader of process.env. A missing or wrong variable stops the start with its name and what it should hold;
 * production refuses default secrets and stand-ins unless STAMPEDE_DEMO=1 says that this is a demo shop.
 */
const schema = z.object({
  NODE_ENV: z
    .enum(['production', 'development', 'test'], 'production, development or test')
    .default('development'),
  STAMPEDE_DEMO: z.enum(['0', '1'], '1 for a demo shop, else 0').default('0'),
  PORT: z.coerce
    .number('a port number')
    .int()
    .min(1, 'a port number')
    .max(65535, 'a port number')
    .default(3000),
  SERVER_PROCESSES: z.coerce
    .number('how many processes serve, such as the number of cores')
    .int()
    .min(1)
    .max(64)
    .optional(),
  PUBLIC_URL: z
    .url('the address shoppers use, such as https://shop.example')
    .default('http://localhost:3000'),
  DATABASE_URL: z
    .string('a PostgreSQL address, such as postgres://user:password@host:5432/stampede')
    .regex(
      /^postgres(ql)?:\/\//,
      'a PostgreSQL address, such as postgres://user:password@host:5432/stampede',
    ),
  REDIS_URL: z
    .string()
    .regex(/^rediss?:\/\//, 'a Redis address, such as rediss://:password@host:6379')
    .optional(),
  UPSTASH_REDIS_REST_URL: z.url('the REST address of an Upstash database').optional(),
  UPSTASH_REDIS_REST_TOKEN: z.string().min(1, 'the token of UPSTASH_REDIS_REST_URL').optional(),
  APP_SECRET: z
    .string('a secret of 32 characters or more: openssl rand -base64 32')
    .min(32, 'a secret of 32 characters or more: openssl rand -base64 32'),
  PAYMENT_PROVIDER: z.enum(['sandbox'], 'the payment provider: sandbox').default('sandbox'),
  SANDBOX_WEBHOOK_SECRET: z
    .string('the secret that signs the sandbox provider’s webhooks, 32 characters or more')
    .min(32, 'the secret that signs the sandbox provider’s webhooks, 32 characters or more'),
  TRUSTED_NETWORKS: z.string().default(''),
  TRUSTED_PROXY_HOPS: z.coerce
    .number('how many proxies of yours stand in front')
    .int()
    .min(0)
    .max(10)
    .default(0),
  CAPACITY_PER_SECOND: z
    .string()
    .regex(/^(off|[1-9]\d{1,6})$/, 'how many calls a second one server process takes on, or off')
    .optional(),
  MAX_CONNECTIONS: z.coerce
    .number('how many connections one server process keeps')
    .int()
    .min(10)
    .max(1_000_000)
    .default(10_000),
  SLOW_CLIENT_SECONDS: z.coerce
    .number('how long the header of a request may take, in seconds')
    .int()
    .min(1)
    .max(300)
    .default(10),
  CAPTCHA_COST: z.coerce
    .number('how much work a proof is: 2000 takes a phone about a second')
    .int()
    .min(1)
    .max(100_000)
    .default(2_000),
  HCAPTCHA_SITE_KEY: z.string().min(1, 'the site key of your hCaptcha account').optional(),
  HCAPTCHA_SECRET: z.string().min(1, 'the secret of your hCaptcha account').optional(),
  HCAPTCHA_API_URL: z
    .url('the address of hCaptcha’s server API, such as https://api.hcaptcha.com')
    .default('https://api.hcaptcha.com'),
  HCAPTCHA_SCRIPT_URL: z.url('the address of hCaptcha’s script').default(hcaptchaScript),
  HCAPTCHA_OR_WORK: z.enum(['0', '1'], '1 to offer the proof of work beside hCaptcha, else 0').default('0'),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'silent'], 'fatal, error, warn, info, debug or silent')
    .default('info'),
})

export type Env = z.infer<typeof schema>

/** Below this a robot makes thousands of proofs a second. */
const leastCaptchaCost = 1_000

/** What hCaptcha documents for tests: three site keys, and a secret of zeros: they let everybody pass. */
const testSiteKey = /^[1-3]0000000-ffff-ffff-ffff-00000000000[1-3]$/i
const testSecret = /^0x0+$/i

/** Whether hCaptcha answers for this key without asking anybody. It then names no host. */
export const isTestSiteKey = (siteKey: string) => testSiteKey.test(siteKey)

const developmentSecret = 'development-only-secret-do-not-deploy'
const developmentDefaults = { APP_SECRET: developmentSecret, SANDBOX_WEBHOOK_SECRET: developmentSecret }

function parse(source: Record<string, string | undefined>): Env {
  const given = Object.fromEntries(Object.entries(source).filter(([, value]) => value !== ''))
  const production = given.NODE_ENV === 'production'
  const demo = given.STAMPEDE_DEMO === '1'
  const parsed = schema.safeParse(production ? given : { ...developmentDefaults, ...given })
  const complaints = parsed.success
    ? []
    : parsed.error.issues.map((issue) => `${issue.path.join('.')} should be ${issue.message}.`)
  if (!given.REDIS_URL && !given.UPSTASH_REDIS_REST_URL) {
    complaints.push('REDIS_URL (redis://…) or UPSTASH_REDIS_REST_URL with its token should name a Redis.')
  }
  if (given.UPSTASH_REDIS_REST_URL && !given.UPSTASH_REDIS_REST_TOKEN) {
    complaints.push('UPSTASH_REDIS_REST_TOKEN should be the token of UPSTASH_REDIS_REST_URL.')
  }
  for (const [one, other] of [hcaptchaKeys, hcaptchaKeys.toReversed()]) {
    if (given[one] && !given[other])
      complaints.push(`${other} should be set too: ${one} alone checks nobody.`)
  }
  if (production && !demo) {
    if (given.APP_SECRET === developmentSecret) complaints.push('APP_SECRET still has its development value.')
    if ((given.PAYMENT_PROVIDER ?? 'sandbox') === 'sandbox') {
      complaints.push(
        'PAYMENT_PROVIDER is the sandbox, which takes no money: set STAMPEDE_DEMO=1 if this is a demo shop.',
      )
    }
    const key = complaintAboutActionsKey(given)
    if (key) complaints.push(key)
    if (parsed.success && parsed.data.CAPTCHA_COST < leastCaptchaCost) {
      complaints.push(`CAPTCHA_COST should be ${leastCaptchaCost} or more: cheaper proofs stop nobody.`)
    }
    complaints.push(...complaintsAboutHcaptcha(given))
    if (!given.PUBLIC_URL) complaints.push('PUBLIC_URL should be the address shoppers use.')
  }
  if (complaints.length > 0 || !parsed.success) {
    throw new Error(`The environment is not complete:\n${complaints.map((line) => `  - ${line}`).join('\n')}`)
  }
  return parsed.data
}

const hcaptchaKeys = ['HCAPTCHA_SITE_KEY', 'HCAPTCHA_SECRET'] as const

/** What would let robots pass unseen, or show others what travels to hCaptcha. */
function complaintsAboutHcaptcha(given: Record<string, string | undefined>): string[] {
  const wrong = {
    HCAPTCHA_SITE_KEY:
      isTestSiteKey(given.HCAPTCHA_SITE_KEY ?? '') && 'is a test key, which lets everybody pass',
    HCAPTCHA_SECRET:
      testSecret.test(given.HCAPTCHA_SECRET ?? '') && 'is the test secret, which lets everybody pass',
    HCAPTCHA_API_URL: isPlainHttp(given.HCAPTCHA_API_URL) && 'should begin with https://',
    HCAPTCHA_SCRIPT_URL: isPlainHttp(given.HCAPTCHA_SCRIPT_URL) && 'should begin with https://',
  }
  return Object.entries(wrong).flatMap(([name, why]) => (why ? [`${name} ${why}.`] : []))
}

const isPlainHttp = (url: string | undefined) => url !== undefined && !url.startsWith('https://')

/**
 * What is wrong with the key that the ids of server actions follow from; undefined in a demo, which may make up its own.
 * Without one each build has other ids, and every page that is open during a deploy stops working. The build asks too.
 */
export function complaintAboutActionsKey(source: Record<string, string | undefined>): string | undefined {
  const key = source.NEXT_SERVER_ACTIONS_ENCRYPTION_KEY ?? ''
  if (source.STAMPEDE_DEMO === '1' || Buffer.from(key, 'base64').length === 32) return undefined
  return 'NEXT_SERVER_ACTIONS_ENCRYPTION_KEY should be 32 bytes in base64, the same for every build and start: openssl rand -base64 32'
}

let parsed: Env | undefined

/** The checked environment, read once. Throws an Error whose message names each variable that is missing or wrong. */
export function env(): Env {
  parsed ??= parse(process.env)
  return parsed
}

/** True while pages are built where no store is: they show no sales then, and fill once they are served. */
export const isBuildWithoutStores = () =>
  process.env.NEXT_PHASE === 'phase-production-build' && !process.env.DATABASE_URL

/** Where Next builds into, and what a process serves from: then the copy that the server keeps of a build. */
export const buildFolder = () =>
  process.env.STAMPEDE_BUILD || (process.env.STAMPEDE_BENCH === '1' ? '.next-bench' : '.next')

/** The address shoppers use, also while building where the rest of the environment is not there. */
export const publicUrl = () => process.env.PUBLIC_URL || 'http://localhost:3000'

/** What pages need to load hCaptcha, in the words of its documentation: its hosts, and where else the script is kept. */
const hcaptchaHosts = ['https://hcaptcha.com', 'https://*.hcaptcha.com']

/** The hosts that pages may load a CAPTCHA from: none without keys. Also asked while building, without the rest. */
export function captchaHosts(
  source: NodeJS.ProcessEnv | Pick<Env, 'HCAPTCHA_SITE_KEY' | 'HCAPTCHA_SCRIPT_URL'> = process.env,
): string[] {
  if (!source.HCAPTCHA_SITE_KEY) return []
  const { origin, hostname } = new URL(source.HCAPTCHA_SCRIPT_URL || hcaptchaScript)
  return hostname.endsWith('.hcaptcha.com') ? hcaptchaHosts : [...hcaptchaHosts, origin]
}

/** The same check on given values: what the start-up check and its tests use. */
export const checkEnv = parse
