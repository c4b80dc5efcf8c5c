import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    name: 'browser',
    include: ['*.test.ts'],
    globalSetup: './support/chromium.ts',
    // A browser on a busy machine is slow, and its first start may download it.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
