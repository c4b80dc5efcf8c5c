import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    name: 'faults',
    include: ['*.test.ts'],
    // Servers are started, killed and started again, beside a dozen processes that verify.
    testTimeout: 300_000,
    hookTimeout: 120_000,
  },
})
