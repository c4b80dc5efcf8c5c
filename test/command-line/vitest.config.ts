import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    name: 'command-line',
    include: ['*.test.ts'],
    // Each test starts programs, the first ones are downloaded, and a busy machine is slow at both.
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
})
