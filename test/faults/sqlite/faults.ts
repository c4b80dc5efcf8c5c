import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { amid, type Fault, meanwhile, moment } from '../fault.ts'
import { processFaults } from '../process-faults.ts'
import type { SqliteWorld } from './world.ts'

export const sqliteFaults: readonly Fault<SqliteWorld>[] = [
  ...processFaults,
  {
    name: 'another program holds the lock',
    async strike({ database, leaseMs }, _victim, keys) {
      const other = new DatabaseSync(database, { timeout: 10_000 })
      other.exec('BEGIN IMMEDIATE')
      const revoked = keys.revoke()
      await moment(leaseMs * 2)
      other.exec('ROLLBACK')
      other.close()
      await revoked
    },
  },
  {
    name: 'another program takes the lock again and again',
    async strike({ database }, _victim, keys) {
      const other = new DatabaseSync(database, { timeout: 10_000 })
      await meanwhile(keys.revoke(), async () => {
        other.exec('BEGIN IMMEDIATE')
        await moment(20)
        other.exec('ROLLBACK')
      })
      other.close()
    },
  },
  {
    name: 'another program killed inside a transaction',
    async strike({ database }, _victim, keys) {
      await amid(keys.revoke(), 20, () => intrude(database, 'write'))
    },
  },
  {
    name: 'another program killed while it checkpoints',
    async strike({ database }, _victim, keys) {
      await amid(keys.revoke(), 20, () => intrude(database, 'checkpoint'))
    },
  },
  {
    name: 'checkpoints',
    async strike({ database }, _victim, keys) {
      const other = new DatabaseSync(database)
      await meanwhile(keys.revoke(), () => {
        for (const mode of ['PASSIVE', 'RESTART', 'TRUNCATE']) other.prepare(`PRAGMA wal_checkpoint(${mode})`).all()
      })
      other.close()
    },
  },
  {
    name: 'another program reads an old state, and the log grows',
    async strike({ database, leaseMs }, _victim, keys) {
      const other = new DatabaseSync(database)
      other.exec('BEGIN')
      other.prepare('SELECT count(*) FROM bearward_keys').get()
      await keys.revoke()
      await moment(leaseMs)
      other.exec('ROLLBACK')
      other.close()
    },
  },
]

/** Lets another program in, and kills it after a while. */
async function intrude(database: string, task: 'write' | 'checkpoint'): Promise<void> {
  const child = fork(join(import.meta.dirname, 'intruder.ts'), [database, task], { execArgv: ['--no-warnings'] })
  const end = once(child, 'exit')
  await once(child, 'message')
  await moment(100)
  child.kill('SIGKILL')
  await end
}
