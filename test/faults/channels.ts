import { mariadbFaults } from './mariadb/faults.ts'
import { MariadbWorld } from './mariadb/world.ts'
import { postgresFaults } from './postgres/faults.ts'
import { PostgresWorld } from './postgres/world.ts'
import { redisFaults } from './redis/faults.ts'
import { RedisWorld } from './redis/world.ts'
import { type Report, type RunOptions, runFaults } from './run.ts'
import { sqliteFaults } from './sqlite/faults.ts'
import { SqliteWorld } from './sqlite/world.ts'

export const channelNames = ['postgres', 'mariadb', 'sqlite', 'redis'] as const
export type ChannelName = (typeof channelNames)[number]

/** A channel, with all that is tried on it. */
export interface Trial {
  readonly faults: readonly { readonly name: string }[]
  run(options: RunOptions): Promise<Report[]>
}

/** Every channel that reaches several processes. */
export const channels: Readonly<Record<ChannelName, Trial>> = {
  postgres: {
    faults: postgresFaults,
    run: (options) => runFaults({ name: 'postgres', faults: postgresFaults, create: PostgresWorld.create }, options),
  },
  mariadb: {
    faults: mariadbFaults,
    run: (options) => runFaults({ name: 'mariadb', faults: mariadbFaults, create: MariadbWorld.create }, options),
  },
  sqlite: {
    faults: sqliteFaults,
    run: (options) => runFaults({ name: 'sqlite', faults: sqliteFaults, create: SqliteWorld.create }, options),
  },
  redis: {
    faults: redisFaults,
    run: (options) => runFaults({ name: 'redis', faults: redisFaults, create: RedisWorld.create }, options),
  },
}
