import type { NextConfig } from 'next'
import { PHASE_PRODUCTION_BUILD } from 'next/constants.js'
import { buildFolder, captchaHosts, complaintAboutActionsKey, publicUrl } from './lib/env'
import { looserPolicy, securityHeaders } from './server/security-headers'

/** For hosts that run Next without server/main.ts, which replaces the policy by stricter ones. */
const headers = {
  ...securityHeaders(publicUrl()),
  'content-security-policy': looserPolicy(publicUrl(), process.env.NODE_ENV !== 'production', captchaHosts()),
}

const pictures = 'public, max-age=300, s-maxage=300, stale-while-revalidate=86400'

/** `npm run check` checks the types; a shop must not fail to start because a test does not compile. */
const typescript = { ignoreBuildErrors: true }

/** `npm run bench` measures a build with yardsticks beside the shop: files named `*.bench.ts`, in a folder of their own. */
const bench: NextConfig = {
  pageExtensions: ['bench.tsx', 'bench.ts', 'tsx', 'ts'],
  // Extends ours: Next would enter the other folder into the file itself.
  typescript: { ...typescript, tsconfigPath: 'scripts/bench/tsconfig.json' },
}

const config: NextConfig = {
  distDir: buildFolder(),
  cacheComponents: true,
  partialPrefetching: true,
  typedRoutes: true,
  poweredByHeader: false,
  // No visitor is one of these: Next would render every page anew for whoever names a bot, past all caches.
  htmlLimitedBots: /(?!)/,
  agentRules: false,
  typescript,
  // All pictures are drawings or made in the size they are shown in. Without this anybody could have the server resize
  // pictures, each in dozens of sizes.
  images: { unoptimized: true },
  experimental: {
    isrFlushToDisk: false,
    agentUpgrade: false,
    serverActions: { bodySizeLimit: '64kb' },
  },
  serverExternalPackages: ['postgres', 'ioredis', 'pino'],
  ...(process.env.STAMPEDE_BENCH === '1' && bench),
  async headers() {
    return [
      {
        source: '/:path*',
        headers: Object.entries(headers).map(([key, value]) => ({ key, value })),
      },
      // A picture that changes gets a name of its own, or some minutes to be the same everywhere.
      { source: '/images/:path*', headers: [{ key: 'cache-control', value: pictures }] },
    ]
  },
}

/** Throws when a build for production is not given what has to be the same for all builds. */
export default function configFor(phase: string): NextConfig {
  const complaint = phase === PHASE_PRODUCTION_BUILD && complaintAboutActionsKey(process.env)
  if (complaint) throw new Error(`${complaint} (or STAMPEDE_DEMO=1 if this is a demo shop).`)
  return config
}
