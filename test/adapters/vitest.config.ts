import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    name: 'adapters',
    include: ['*.test.ts'],
    // Each test opens many connections or starts programs, and a busy machine is slow at both.
    testTimeout: 20_000,
  },
})
