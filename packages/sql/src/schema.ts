/** The kinds of database. */
export type Database = 'sqlite' | 'postgres' | 'mysql'

/** The tables, as Kysely knows them. What a driver may hand back as text or bytes is read by `rows.ts` alone. */
export interface Schema {
  bearward_keys: KeyRow
  bearward_key_uses: UseRow
  bearward_usage_days: UsageDayRow
  bearward_audit: AuditRow
  bearward_outbox: OutboxRow
  bearward_members: MemberRow
  bearward_servers: ServerRow
  bearward_counters: { name: string; value: Whole }
  bearward_migrations: { version: number; applied_at: Whole }
}

/** A whole number of up to 53 bits; some drivers hand it over as text. */
type Whole = number
/** Text that is compared as bytes; some drivers hand it over as bytes. */
type Bytes = string

/** What decides, beside the dates, where a key stands: `stateOf()` as far as no clock is needed. */
export type Standing = 'open' | 'retiring' | 'disabled' | 'expired' | 'retired' | 'revoked'

export interface KeyRow {
  id: Bytes
  digest: Bytes
  secret_hash: string | null
  hint: Bytes
  name: string
  owner: Bytes | null
  environment: Bytes | null
  scopes: string
  metadata: string
  created_at: Whole
  not_before: Whole | null
  expires_at: Whole | null
  disabled_at: Whole | null
  revoked_at: Whole | null
  ended_at: Whole | null
  announced_at: Whole | null
  rotated_from: Bytes | null
  rotated_to: Bytes | null
  grace_ends_at: Whole | null
  ends_predecessor: number
  version: Whole
  standing: Bytes
  /** The earlier of `expires_at` and `grace_ends_at`; null once the key is revoked or ended. */
  ends_at: Whole | null
  /** The same, and null also once the end was announced. */
  announce_at: Whole | null
}

/** Apart from the keys, so that noting a use can never touch one. */
export interface UseRow {
  key_id: Bytes
  last_used_at: Whole
  last_used_from: string | null
  /** JSON list of the latest addresses, the one used last at its end, each with the time of its last use or alone. */
  addresses: string
}

/** Uses of a key by day, counted from 1970-01-01 in UTC. */
export interface UsageDayRow {
  key_id: Bytes
  day: number
  uses: Whole
}

export interface AuditRow {
  sequence: Whole
  at: Whole
  action: Bytes
  key_id: Bytes
  owner: Bytes | null
  actor: Bytes | null
  origin: string | null
  reason: string | null
  version: Whole
  changes: string
}

export interface OutboxRow {
  sequence: Whole
  invalidations: string
}

/** A process that takes part in a channel. */
interface MemberRow {
  id: Bytes
  lease_ms: Whole
  /** Epoch milliseconds, by the server's clock, until which it may hold a lease. */
  until: Whole
  /** The sequence up to which it has forgotten what changed. */
  acknowledged: Whole
}

/** The server that keeps count of the members. */
interface ServerRow {
  identity: Bytes
  /** Epoch milliseconds, by its own clock. */
  since: Whole
}
