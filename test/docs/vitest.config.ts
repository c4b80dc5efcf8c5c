import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    name: 'docs',
    include: ['*.test.ts'],
    // Some tests start programs, and a busy machine starts them slowly.
    testTimeout: 60_000,
  },
})
