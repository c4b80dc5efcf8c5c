import { join } from 'node:path'
import { cloudflareTest } from '@cloudflare/vitest-plugin'
import { defineConfig } from 'vitest/config'

// No nodejs_compat flag, and see setup.ts: without Node's modules the Web Crypto path is the one under test.
export default defineConfig({
  plugins: [cloudflareTest({ miniflare: { compatibilityDate: '2026-07-01' } })],
  test: {
    name: 'workerd',
    isolate: false,
    dir: join(import.meta.dirname, '../../packages'),
    include: [
      '{core,hono,keyring,leak-report,console}/test/**/*.test.ts',
      'import/test/{columns,formats,readers,sources}.test.ts',
    ],
    setupFiles: [join(import.meta.dirname, 'setup.ts')],
    exclude: ['**/*.node.test.ts'],
  },
})
