import type { NextConfig } from 'next'
import { securityHeaders } from './server/security-headers'

/** `npm run check` checks the types; a shop must not fail to start because a test does not compile. */
const typescript = { ignoreBuildErrors: true }

/** `npm run bench` measures a build with yardsticks beside the shop: files named `*.bench.ts`, in a folder of their own. */
const bench: NextConfig = {
  distDir: '.next-bench',
  pageExtensions: ['bench.tsx', 'bench.ts', 'tsx', 'ts'],
  // Extends ours: Next would enter the other folder into the file itself.
  typescript: { ...typescript, tsconfigPath: 'scripts/bench/tsconfig.json' },
}

const config: NextConfig = {
  cacheComponents: true,
  partialPrefetching: true,
  typedRoutes: true,
  poweredByHeader: false,
  // No visitor is one of these: Next would render every page anew for whoever names a bot, past all caches.
  htmlLimitedBots: /(?!)/,
  agentRules: false,
  typescript,
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
        headers: Object.entries(securityHeaders).map(([key, value]) => ({ key, value })),
      },
    ]
  },
}

export default config
