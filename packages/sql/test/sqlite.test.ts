import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { storeContract } from '@bearward/keyring/testing'
import Database from 'better-sqlite3'
import { describe, test } from 'vitest'
import { sqlite } from '../src/index.ts'

function folder(): { path: string; remove: () => Promise<void> } {
  const path = mkdtempSync(join(tmpdir(), 'bearward-sql-'))
  return { path, remove: async () => rmSync(path, { recursive: true, force: true }) }
}

describe('sqlite() on a file', () => {
  const harness = {
    offers: ['another'] as const,
    async open() {
      const { path, remove } = folder()
      const file = join(path, 'keys.db')
      return { store: sqlite(file), another: async () => sqlite(file), remove }
    },
  }
  for (const { name, run } of storeContract(harness)) test(name, run)
})

describe('sqlite() in memory', () => {
  for (const { name, run } of storeContract({ open: async () => ({ store: sqlite(':memory:') }) })) test(name, run)
})

describe('sqlite() on a database of node:sqlite that the user opened', () => {
  const open = async () => ({ store: sqlite(new DatabaseSync(':memory:')) })
  for (const { name, run } of storeContract({ open })) test(name, run)
})

describe('sqlite() on a database of better-sqlite3 that the user opened', () => {
  const open = async () => ({ store: sqlite(new Database(':memory:')) })
  for (const { name, run } of storeContract({ open })) test(name, run)
})
