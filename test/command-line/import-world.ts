import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach } from 'vitest'
import { createForeign, type Engine, type ForeignDatabase } from './foreign-databases.ts'
import { type Ran, runHere } from './programs.ts'

/** A folder with a store in it, for one test, and the databases of other systems. */
export interface ImportWorld {
  /** The folder. */
  readonly cwd: () => string
  readonly foreign: (engine: Engine) => Promise<ForeignDatabase>
  /** Runs one command line in this process. */
  readonly bearward: (...argv: string[]) => Promise<Ran>
}

const ENV = { BEARWARD_PREFIX: 'own', BEARWARD_DATABASE_URL: 'keys.db' }

/** Has a world of its own for each test of a file. */
export function importWorld(): ImportWorld {
  let cwd = ''
  const open: ForeignDatabase[] = []
  beforeEach(() => {
    cwd = mkdtempSync(join(tmpdir(), 'bearward-import-'))
  })
  afterEach(async () => {
    for (const database of open.splice(0)) await database.remove()
    rmSync(cwd, { recursive: true })
  })
  return {
    cwd: () => cwd,
    async foreign(engine) {
      const database = await createForeign(engine)
      open.push(database)
      return database
    },
    bearward: (...argv) => runHere(argv, { cwd, env: ENV }),
  }
}
