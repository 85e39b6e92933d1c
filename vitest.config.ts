import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

export default defineConfig({
  resolve: {
    alias: {
      '@': here('.'),
      // The marker package of Next throws outside its server bundles; tests are a server too.
      'server-only': here('./node_modules/server-only/empty.js'),
    },
  },
  test: {
    include: ['**/*.test.ts', '**/*.test.tsx'],
    exclude: ['**/node_modules/**', '**/.next/**', 'e2e/**'],
    globalSetup: './tests/global-setup.ts',
    testTimeout: process.env.TEST_SIZE === 'long' ? 900_000 : 60_000,
    hookTimeout: 60_000,
    // Two cores, and the stores want their share.
    maxWorkers: 2,
  },
})
