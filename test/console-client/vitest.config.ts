import { defineConfig } from 'vitest/config'

// A generator and a compiler are started, and a busy machine starts them slowly.
export default defineConfig({ test: { name: 'console-client', include: ['*.test.ts'], testTimeout: 60_000 } })
