import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    name: 'services',
    include: ['*.test.ts'],
    globalSetup: [
      '@internal/services/setup/postgres',
      '@internal/services/setup/mariadb',
      '@internal/services/setup/redis',
    ],
    // Each test starts servers, the first one may download them, and a busy machine is slow at both.
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
})
