import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    name: 'sql',
    include: ['test/**/*.test.ts'],
    globalSetup: ['@internal/services/setup/postgres', '@internal/services/setup/mariadb'],
    // Commits wait for the disk, and a busy machine has a slow one.
    testTimeout: 60_000,
  },
})
