import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    name: 'faults',
    include: ['**/*.test.ts'],
    // Servers and processes are killed and started again, on a machine that does other things too.
    testTimeout: 600_000,
    hookTimeout: 120_000,
  },
})
