// Real servers for tests, benchmarks and demos, on a machine that has Node and npm.
export { findInstallation, type Installation, unpackPackages } from './debian.ts'
export { type MariadbOptions, startMariadb } from './mariadb.ts'
export { type PostgresOptions, startPostgres } from './postgres.ts'
export { type Progress, type ProgressOptions, startProgress } from './progress.ts'
export { startProxy, type TcpProxy } from './proxy.ts'
export { type RedisOptions, type RedisSetting, startRedis } from './redis.ts'
export { type SentinelOptions, startSentinel } from './sentinel.ts'
export type { Server } from './server.ts'
