import { join } from 'node:path'
import { World, type WorldOptions } from '../world.ts'
import type { SqliteOptions } from './open.ts'

/** One SQLite file that all processes share, and no server. */
export class SqliteWorld extends World {
  readonly database: string = join(this.folder, 'keys.db')

  private constructor(options: WorldOptions) {
    super(options, true)
  }

  static async create(options: WorldOptions): Promise<SqliteWorld> {
    const world = new SqliteWorld(options)
    const opener = {
      module: join(import.meta.dirname, 'open.ts'),
      options: { database: world.database, leaseMs: options.leaseMs } satisfies SqliteOptions,
    }
    await world.populate(options, opener, async () => ({ opener }))
    return world
  }
}
