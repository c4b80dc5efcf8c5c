import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    name: 'edge',
    include: ['*.test.ts'],
    // Each test starts workerd, and a busy machine is slow at that.
    testTimeout: 30_000,
  },
})
