import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    name: 'command-line',
    include: ['*.test.ts'],
    globalSetup: ['@internal/services/setup/postgres', '@internal/services/setup/mariadb'],
    // Each test starts programs, the first ones are downloaded, and a busy machine is slow at both.
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
})
