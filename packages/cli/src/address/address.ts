// Addresses of databases, in reading order: address.ts what comes of one; unwrap.ts takes off what was pasted around it;
// url-address.ts, go-address.ts and keyword-address.ts read its forms, sqlite-address.ts files; parameters.ts and tls.ts
// are the tables of what a parameter means; server-address.ts puts the parts together.
import type { TlsWish } from './tls.ts'

/** A database as it was named, understood whole. Nothing in it is unread. */
export type DatabaseAddress = SqliteAddress | ServerAddress

export interface SqliteAddress {
  readonly kind: 'sqlite'
  /** Absolute, or `:memory:`. */
  readonly path: string
  /** As SQLite calls them: read alone; read and write what is there; make it where it is not there. */
  readonly mode: 'ro' | 'rw' | 'rwc'
  /** For messages: the path as it was typed. */
  readonly name: string
}

export interface ServerAddress {
  readonly kind: 'postgres' | 'mysql'
  readonly host?: string | undefined
  readonly port?: number | undefined
  /** A folder of sockets for PostgreSQL, a socket for MySQL. */
  readonly socket?: string | undefined
  readonly user?: string | undefined
  readonly password?: string | undefined
  readonly database?: string | undefined
  /** `undefined` where no parameter says anything of TLS. */
  readonly tls?: TlsWish | undefined
  readonly connectTimeoutMs?: number | undefined
  readonly applicationName?: string | undefined
  /** Of PostgreSQL: the password is proved to no server but the one that the TLS connection ends at. */
  readonly channelBinding?: 'require' | undefined
  /** Of PostgreSQL: settings of the session, such as `-c search_path=auth`. */
  readonly options?: string | undefined
  /** For messages: without user, password and parameters. */
  readonly name: string
}
