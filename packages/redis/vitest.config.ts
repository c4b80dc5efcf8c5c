import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    name: 'redis',
    include: ['test/**/*.test.ts'],
    globalSetup: ['@internal/services/setup/redis'],
    // Processes are started, killed and suspended, and a busy machine is slow at all of that.
    testTimeout: 120_000,
  },
})
