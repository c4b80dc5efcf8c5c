// Public names: one store for each database, what makes their tables, and their channels.

export type { Migrated, SqlOptions } from './engine.ts'
export type { ListenClient, ListenPool } from './listener.ts'
export { migrationSql } from './migrate.ts'
export { SCHEMA_VERSION } from './migrations.ts'
export { type Mysql2Pool, type MysqlOptions, mysql } from './mysql.ts'
export { type SqlChannelOptions, sqlChannel } from './poll-channel.ts'
export { type PostgresOptions, postgres } from './postgres.ts'
export { type PostgresChannelOptions, postgresChannel, postgresTriggerSql } from './postgres-channel.ts'
export type { Database } from './schema.ts'
export { sqlite } from './sqlite.ts'
export type { SqliteConnection, SqliteStatementHandle } from './sqlite-driver.ts'
export { migrate, tableVersion } from './store.ts'
