import type { ConnectionOptions } from 'mysql2'
import type { ClientConfig } from 'pg'
import type { ServerAddress } from './address.ts'

/** A server that does not answer for so long is down. */
const CONNECT_MS = 10_000

/** An address as `pg` takes it: in parts, so that the driver does not read it a second time and otherwise. */
export function postgresConfig(address: ServerAddress): ClientConfig {
  const { host, socket, port, user, password, database, options, applicationName, connectTimeoutMs } = address
  return defined({
    host: socket ?? host,
    port,
    user,
    password,
    database,
    options,
    application_name: applicationName,
    connectionTimeoutMillis: connectTimeoutMs ?? CONNECT_MS,
    ssl: postgresTls(address),
  })
}

function postgresTls({ tls }: ServerAddress): ClientConfig['ssl'] {
  if (tls === undefined) return undefined
  if (tls.use === 'no') return false
  const { check, ca, cert, key, passphrase, minVersion } = tls
  return defined({
    rejectUnauthorized: check !== 'nothing',
    // `pg` compares the name of the host by itself.
    checkServerIdentity: check === 'signer' ? () => undefined : undefined,
    ca,
    cert,
    key,
    passphrase,
    minVersion,
  })
}

/** An address as `mysql2` takes it. */
export function mysqlConfig(address: ServerAddress): ConnectionOptions {
  const { host, socket, port, user, password, database, connectTimeoutMs } = address
  return defined({
    host,
    socketPath: socket,
    port,
    user,
    password,
    database,
    connectTimeout: connectTimeoutMs ?? CONNECT_MS,
    ssl: mysqlTls(address),
  })
}

function mysqlTls({ tls }: ServerAddress): ConnectionOptions['ssl'] {
  if (tls === undefined || tls.use === 'no') return undefined
  const { check, ca, cert, key, passphrase, minVersion } = tls
  return defined({
    rejectUnauthorized: check !== 'nothing',
    verifyIdentity: check === 'host',
    ca,
    cert,
    key,
    passphrase,
    minVersion,
  })
}

type Defined<T> = { [Name in keyof T]: Exclude<T[Name], undefined> }

/** Without what is `undefined`, which drivers do not all take for absent. */
function defined<T extends object>(options: T): Defined<T> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Defined<T>
}
