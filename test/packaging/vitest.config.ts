import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    name: 'packaging',
    include: ['*.test.ts'],
    globalSetup: './install.ts',
    // Each test starts programs, and a busy machine starts them slowly.
    testTimeout: 60_000,
  },
})
