import { describe, test } from 'vitest'
import { memoryStore } from '../src/memory.ts'
import { storeContract } from '../src/testing.ts'

describe('memoryStore() keeps the contract', () => {
  for (const { name, run } of storeContract({ open: async () => ({ store: memoryStore() }) })) test(name, run)
})
