// Public names: one store for each database, and what makes their tables.

export type { SqlOptions } from './engine.ts'
export { type Engine, migrationSql, SCHEMA_VERSION } from './migrations.ts'
export { type Mysql2Pool, type MysqlOptions, mysql } from './mysql.ts'
export { type PostgresOptions, postgres } from './postgres.ts'
export { sqlite } from './sqlite.ts'
export type { SqliteConnection, SqliteStatementHandle } from './sqlite-driver.ts'
export { migrate } from './store.ts'
