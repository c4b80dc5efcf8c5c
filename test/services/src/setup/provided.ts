// What the setups provide: a test asks for it with `inject('postgresUrl')`.
declare module 'vitest' {
  interface ProvidedContext {
    /** By `globalSetup: '@internal/services/setup/postgres'`. */
    readonly postgresUrl: string
    /** By `globalSetup: '@internal/services/setup/mariadb'`. */
    readonly mariadbUrl: string
    /** By `globalSetup: '@internal/services/setup/redis'`. */
    readonly redisUrl: string
  }
}

export {}
