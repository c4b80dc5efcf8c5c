import type { Engine } from './engine.ts'
import { grantOn, grantOnSchema, RIGHTS, type TableName } from './rights.ts'
import type { Database } from './schema.ts'

/** Refusals that a driver's error code tells apart. */
type Refusal = 'denied' | 'read_only' | 'no_table' | 'no_schema'

const NUMBERS: Readonly<Record<Refusal, readonly (string | number)[]>> = {
  // insufficient_privilege; ER_TABLEACCESS_DENIED_ERROR, ER_COLUMNACCESS_DENIED_ERROR, ER_DBACCESS_DENIED_ERROR
  denied: ['42501', 1142, 1143, 1044],
  // read_only_sql_transaction; ER_OPTION_PREVENTS_STATEMENT, ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION, ER_READ_ONLY_MODE
  read_only: ['25006', 1290, 1792, 1836],
  // undefined_table; ER_NO_SUCH_TABLE
  no_table: ['42P01', 1146],
  // invalid_schema_name; ER_BAD_DB_ERROR
  no_schema: ['3F000', 1049],
}

/** SQLite names these in words alone, or in the low byte of its number. */
const SQLITE: readonly (readonly [Refusal, RegExp])[] = [
  ['read_only', /readonly database/],
  ['no_table', /no such table/],
  ['no_schema', /unknown database/],
]

/** Says why a database refused, by its own code; `undefined` when it was for another reason. */
export function refusalOf(database: Database, error: unknown): Refusal | undefined {
  const {
    code,
    errno,
    message = '',
    refusal,
  } = (error ?? {}) as {
    code?: unknown
    errno?: unknown
    message?: unknown
    refusal?: Refusal
  }
  if (refusal !== undefined) return refusal
  if (database === 'sqlite') return SQLITE.find(([, words]) => words.test(String(message)))?.[0]
  const kinds = Object.keys(NUMBERS) as Refusal[]
  return kinds.find((kind) => NUMBERS[kind].some((number) => number === code || number === errno))
}

/**
 * The error of a driver that says what is wrong, with what to do about it. Other errors are left as they are.
 *
 * @param isMigrating whether the tables were being made
 */
function explain(engine: Pick<Engine, 'name' | 'schema'>, error: unknown, isMigrating: boolean): unknown {
  const refusal = refusalOf(engine.name, error)
  if (refusal === undefined || 'refusal' in (error as object)) return error
  const [line = ''] = (error as Error).message.split('\n')
  const advice = isMigrating && refusal === 'denied' ? migratingAdvice(engine) : ADVICE[refusal](engine, line)
  const { code } = error as { code?: unknown }
  // Of a table that is not there, the advice says what is wrong, and the driver says which.
  const words = refusal === 'no_table' ? [advice, line] : [line, advice]
  return Object.assign(new Error(`${engine.name}: ${words.join(': ')}`, { cause: error }), {
    ...(code !== undefined && { code }),
    refusal,
    isDenied: refusal === 'denied',
  })
}

const ADVICE: Readonly<Record<Refusal, (engine: Pick<Engine, 'name' | 'schema'>, line: string) => string>> = {
  denied({ name, schema }, line) {
    const named = (Object.keys(RIGHTS) as TableName[]).find((each) => line.includes(each))
    if (named !== undefined)
      return `the owner of the tables must run ${grantOn(name, schema, named)}, app being this role`
    if (name === 'postgres') return `the owner of the schema must run ${grantOnSchema(schema)}, app being this role`
    return 'this user lacks a right; docs/database-rights.md lists what is needed'
  },
  read_only: ({ name }) =>
    name === 'sqlite'
      ? 'the process must be able to write the file, its folder, and the files -wal and -shm beside it'
      : 'writes are off here; connect to the primary, and with a role that is not read-only',
  no_table: () => 'the tables are not there, or not at the present version; run `bearward migrate`, or migrate(store)',
  no_schema: ({ schema }) =>
    schema === undefined
      ? 'no schema is there to find or make the tables in; check the name, and the search_path where there is one'
      : `create the schema "${schema}" first, and let this role use it`,
}

function migratingAdvice({ name, schema }: Pick<Engine, 'name' | 'schema'>): string {
  const right =
    name === 'postgres'
      ? `GRANT USAGE, CREATE ON SCHEMA ${schema === undefined ? 'public' : `"${schema}"`} TO migrator`
      : `GRANT SELECT, INSERT, CREATE, ALTER, INDEX ON ${schema === undefined ? 'the database' : `\`${schema}\`.*`} TO migrator`
  return `the tables are missing or old, and this role may not make them; run \`bearward migrate\` as their owner, who needs ${right}`
}

/** The same engine, whose errors say what to do. */
export function explaining(engine: Engine): Engine {
  const of =
    <Arguments extends unknown[], T>(work: (...given: Arguments) => Promise<T>, isMigrating = false) =>
    async (...given: Arguments): Promise<T> => {
      try {
        return await work(...given)
      } catch (error) {
        throw explain(engine, error, isMigrating)
      }
    }
  return {
    name: engine.name,
    db: engine.db,
    schema: engine.schema,
    isSchemaImplied: engine.isSchemaImplied,
    replica: engine.replica,
    comparesPairs: engine.comparesPairs,
    holds: (column, folded) => engine.holds(column, folded),
    run: of((work) => engine.run(work)) as Engine['run'],
    transact: of((work) => engine.transact(work)) as Engine['transact'],
    advance: (db, counter, by) => engine.advance(db, counter, by),
    migrateAlone: of((work) => engine.migrateAlone(work), true),
    close: () => engine.close(),
    ...(engine.check !== undefined && { check: of(async () => engine.check?.()) }),
    ...(engine.hiddenSchema !== undefined && {
      hiddenSchema: () => engine.hiddenSchema?.() as Promise<string | undefined>,
    }),
    ...(engine.findNow !== undefined && { findNow: (digests: readonly string[]) => findNow(engine, digests) }),
    ...(engine.notify !== undefined && {
      notify: (db, payload) => engine.notify?.(db, payload) as Promise<void>,
    }),
  }
}

function findNow(engine: Engine, digests: readonly string[]): ReturnType<NonNullable<Engine['findNow']>> {
  try {
    return engine.findNow?.(digests)
  } catch (error) {
    throw explain(engine, error, false)
  }
}
