import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    name: 'proof',
    include: ['*.test.ts'],
    // Compiling and exploring a model takes seconds, and more on a machine that does other things too.
    testTimeout: 600_000,
  },
})
