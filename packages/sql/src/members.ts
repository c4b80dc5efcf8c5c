import type { Census } from '@bearward/core/channel'
import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { Engine } from './engine.ts'
import { text, whole } from './rows.ts'
import type { Database, Schema } from './schema.ts'

/**
 * How much longer than a lease a registration lasts, by the server's clock: so long that a clock that is set right does not
 * make a living member look dead, and renewed so early that one which is late does not either.
 */
const REGISTERED_MS = 30_000
export const RENEW_AFTER_MS = 10_000

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
  /** Milliseconds that its lease may still run. */
  readonly leaseLeftMs: number
  readonly acknowledged: number
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
}

/** Never less than before: a write that was held up may come after a later one. */
export async function acknowledge(engine: Engine, id: string, sequence: number): Promise<void> {
  const own = (db: Kysely<Schema>) => db.updateTable('bearward_members').where('id', '=', id)
  await engine.run((db) => own(db).set({ acknowledged: sequence }).where('acknowledged', '<', sequence).execute())
}

/** Whether publishers wait for this process from this moment on, for as long as a lease. */
function registered({ name }: Engine, id: string, leaseMs: number): RawBuilder<unknown> {
  const until = sql`${sql.raw(NOW[name])} + ${sql.lit(leaseMs)}`
  return sql`exists (select 1 from bearward_members where id = ${id} and until > ${until})`
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
  const { rows } = await engine.run((db) =>
    sql<{ id: unknown; lease_ms: unknown; until: unknown; acknowledged: unknown; now: unknown }>`
      select id, lease_ms, until, acknowledged, ${now} as now from bearward_members
      union all
      select '', 0, coalesce((select since from bearward_servers where identity = ${identity}), 0), 0, ${now}`.execute(
      db,
    ),
  )
  const registered = rows
    .filter(({ id }) => text(id) !== '')
    .map((row) => ({
      id: text(row.id),
      leaseLeftMs: Math.min(whole(row.lease_ms), whole(row.until) - whole(row.now)),
      acknowledged: whole(row.acknowledged),
    }))
    .filter(({ leaseLeftMs }) => leaseLeftMs > 0)
  const server = rows.find(({ id }) => text(id) === '')
  if (engine.name === 'sqlite') return { registered, ageMs: Number.POSITIVE_INFINITY }
  const since = whole(server?.until ?? 0)
  if (since === 0) await beginCount(engine)
  return { registered, ageMs: since === 0 ? 0 : Math.max(0, whole(server?.now ?? 0) - since) }
}

export function censusOf(registered: readonly Registered[], ageMs: number): Census {
  return { members: registered.map(({ id, leaseLeftMs }) => ({ id, leaseLeftMs })), registryAgeMs: ageMs }
}

/** This server has not counted yet: it is another one, or has started again, and may have forgotten somebody. */
async function beginCount(engine: Engine): Promise<void> {
  const [now, identity] = [sql.raw(NOW[engine.name]), sql.raw(IDENTITY[engine.name])]
  await engine.run((db: Kysely<Schema>) =>
    sql`insert into bearward_servers (identity, since)
      select ${identity}, ${now} where not exists (select 1 from bearward_servers where identity = ${identity})`.execute(
      db,
    ),
  )
}
