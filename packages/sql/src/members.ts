import { HOUR, MINUTE } from '@bearward/core'
import type { Census } from '@bearward/core/channel'
import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { Engine } from './engine.ts'
import { text, whole } from './rows.ts'
import type { Database, Schema } from './schema.ts'
import { table } from './schema-name.ts'

/**
 * How much longer than a lease a registration lasts, by the server's clock: so long that a clock that is set right does not
 * make a living member look dead, and renewed so early that one which is late does not either.
 */
const REGISTERED_MS = 30_000
export const RENEW_AFTER_MS = 10_000
/** Milliseconds after its end at which a registration is deleted: of a process that was killed nothing else deletes it. */
const DELETED_AFTER_MS: number = HOUR
/** Members that are read at most. Where there are more, every lease is waited out. */
const MAX_MEMBERS = 10_000

/** The server's clock, in epoch milliseconds. */
const NOW: Readonly<Record<Database, string>> = {
  sqlite: "cast(unixepoch('subsec') * 1000 as integer)",
  postgres: '(extract(epoch from clock_timestamp()) * 1000)::bigint',
  mysql: 'cast(unix_timestamp(current_timestamp(3)) * 1000 as signed)',
}

/**
 * What is another one after a restart or a failover, which may have lost registrations. An SQLite file loses none, and
 * needs no name; MySQL loses none in a restart.
 */
const IDENTITY: Readonly<Record<Database, string>> = {
  sqlite: "''",
  postgres: "coalesce(inet_server_addr()::text, '') || ' ' || pg_postmaster_start_time()::text",
  mysql: "concat(@@hostname, ' ', @@port)",
}

/** A member as a publisher sees it. */
export interface Registered {
  readonly id: string
  /** Milliseconds that its lease may still run; `NaN` when that cannot be read. */
  readonly leaseLeftMs: number
  readonly acknowledged: number
}

/** A row of a member, which other programs may have written. */
interface MemberReading {
  readonly is_server: unknown
  readonly id: unknown
  readonly lease_ms: unknown
  readonly until: unknown
  readonly acknowledged: unknown
  readonly now: unknown
}

/** A number that every driver hands over: `node:sqlite` throws at one that JavaScript cannot hold, and with it at all rows. */
function boundedWhole(database: Database, column: string): RawBuilder<unknown> {
  const [least, greatest] = database === 'sqlite' ? ['min', 'max'] : ['least', 'greatest']
  return sql.raw(`${greatest}(${least}(${column}, ${Number.MAX_SAFE_INTEGER}), ${Number.MIN_SAFE_INTEGER})`)
}

/** Registers a process, or registers it anew: from when this resolves, publishers wait for it. */
export async function register(engine: Engine, id: string, leaseMs: number, acknowledged: number): Promise<void> {
  const until = sql<number>`${sql.raw(NOW[engine.name])} + ${sql.lit(REGISTERED_MS + leaseMs)}`
  const { numUpdatedRows } = await engine.run((db) =>
    db.updateTable('bearward_members').set({ until }).where('id', '=', id).executeTakeFirstOrThrow(),
  )
  if (numUpdatedRows > 0n) return
  const row = { id, lease_ms: leaseMs, until, acknowledged }
  await engine.run((db) => db.insertInto('bearward_members').values(row).execute())
  await beginCount(engine)
  const longAgo = sql<number>`${sql.raw(NOW[engine.name])} - ${sql.lit(DELETED_AFTER_MS)}`
  await engine.run((db) => db.deleteFrom('bearward_members').where('until', '<', longAgo).execute())
}

/** Never less than before: a write that was held up may come after a later one. */
export async function acknowledge(engine: Engine, id: string, sequence: number): Promise<void> {
  const own = (db: Kysely<Schema>) => db.updateTable('bearward_members').where('id', '=', id)
  await engine.run((db) => own(db).set({ acknowledged: sequence }).where('acknowledged', '<', sequence).execute())
}

/** Whether publishers wait for this process from this moment on, for as long as a lease. */
function registered(engine: Engine, id: string, leaseMs: number): RawBuilder<unknown> {
  const until = sql`${sql.raw(NOW[engine.name])} + ${sql.lit(leaseMs)}`
  return sql`exists (select 1 from ${table(engine, 'bearward_members')} where id = ${id} and until > ${until})`
}

/** The number of the latest commit, and whether publishers wait for this process from that moment on. */
export async function lookUp(
  engine: Engine,
  id: string,
  leaseMs: number,
): Promise<{ last: number; isRegistered: boolean }> {
  const row = await engine.run((db) =>
    db
      .selectFrom('bearward_counters')
      .select(['value', registered(engine, id, leaseMs).as('registered')])
      .where('name', '=', 'commits')
      .executeTakeFirstOrThrow(),
  )
  return { last: whole(row.value), isRegistered: Boolean(Number(row.registered)) }
}

/** Whether publishers wait for this process from this moment on. */
export async function isRegistered(engine: Engine, id: string, leaseMs: number): Promise<boolean> {
  const { rows } = await engine.run((db) =>
    sql<{ registered: unknown }>`select ${registered(engine, id, leaseMs)} as registered`.execute(db),
  )
  return Boolean(Number(rows[0]?.registered))
}

export async function unregister(engine: Engine, id: string): Promise<void> {
  await engine.run((db) => db.deleteFrom('bearward_members').where('id', '=', id).execute())
}

/** The members at this moment, and for how long this server has counted them. */
export async function countMembers(engine: Engine): Promise<{ registered: readonly Registered[]; ageMs: number }> {
  const [now, identity] = [sql.raw(NOW[engine.name]), sql.raw(IDENTITY[engine.name])]
  const bounded = (column: string) => boundedWhole(engine.name, column)
  const since = sql`coalesce((select ${bounded('since')} from ${table(engine, 'bearward_servers')} where identity = ${identity}), 0)`
  const { rows } = await engine.run((db) =>
    sql<MemberReading>`
      select 0 as is_server, id, lease_ms, until, acknowledged, ${now} as now from (
        select id, ${bounded('lease_ms')} as lease_ms, ${bounded('until')} as until, ${bounded('acknowledged')} as acknowledged
        from ${table(engine, 'bearward_members')} where until > ${now} limit ${sql.lit(MAX_MEMBERS + 1)}
      ) as members
      union all
      select 1, '', 0, ${since}, 0, ${now}`.execute(db),
  )
  const members = rows.filter(({ is_server }) => Number(is_server) === 0)
  const registered = members.slice(0, MAX_MEMBERS).map(memberOf)
  // There may be more of them than were read.
  if (members.length > MAX_MEMBERS) return { registered, ageMs: 0 }
  if (engine.name === 'sqlite') return { registered, ageMs: Number.POSITIVE_INFINITY }
  const ageMs = ageOf(rows.find(({ is_server }) => Number(is_server) === 1))
  if (ageMs === undefined) await beginCount(engine)
  return { registered, ageMs: ageMs ?? 0 }
}

const UNREADABLE: Registered = { id: '', leaseLeftMs: Number.NaN, acknowledged: -1 }

/** A row that cannot be read stands for a process that holds a lease and is silent; `NaN` stands for a whole lease. */
function memberOf(row: MemberReading): Registered {
  try {
    const leaseLeftMs = Math.min(whole(row.lease_ms), whole(row.until) - whole(row.now))
    // A process registers a lease that is longer than nothing.
    if (leaseLeftMs <= 0) return UNREADABLE
    return { id: text(row.id), leaseLeftMs: Math.min(leaseLeftMs, MINUTE), acknowledged: whole(row.acknowledged) }
  } catch {
    return UNREADABLE
  }
}

/** Milliseconds for which the server has counted; `undefined` when it has not begun, 0 when the row cannot be read. */
function ageOf(server: MemberReading | undefined): number | undefined {
  try {
    const since = whole(server?.until)
    return since === 0 ? undefined : Math.max(0, whole(server?.now) - since)
  } catch {
    return 0
  }
}

export function censusOf(registered: readonly Registered[], ageMs: number): Census {
  return { members: registered.map(({ id, leaseLeftMs }) => ({ id, leaseLeftMs })), registryAgeMs: ageMs }
}

/** This server has not counted yet: it is another one, or has started again, and may have forgotten somebody. */
async function beginCount(engine: Engine): Promise<void> {
  const [now, identity] = [sql.raw(NOW[engine.name]), sql.raw(IDENTITY[engine.name])]
  const servers = table(engine, 'bearward_servers')
  await engine.run((db: Kysely<Schema>) =>
    sql`insert into ${servers} (identity, since)
      select ${identity}, ${now} where not exists (select 1 from ${servers} where identity = ${identity})`.execute(db),
  )
}
