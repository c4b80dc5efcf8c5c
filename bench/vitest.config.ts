import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    name: 'bench',
    include: ['test/**/*.test.ts'],
    // The smoke run starts several processes, and a busy machine starts them slowly.
    testTimeout: 120_000,
  },
})
