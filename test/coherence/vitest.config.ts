import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    name: 'coherence',
    include: ['*.test.ts'],
    // Thousands of runs, on a machine that does other things too.
    testTimeout: 600_000,
  },
})
