import { defineConfig } from 'vitest/config'

// Programs are started as a person would start them, so a test waits for processes.
export default defineConfig({
  test: {
    name: 'examples',
    include: ['test/**/*.test.ts'],
    globalSetup: ['../test/services/src/setup/postgres.ts'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
})
