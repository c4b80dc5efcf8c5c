import type { Row } from '@bearward/import'
import type { CustomTypesConfig, QueryConfig } from 'pg'
import type { ServerAddress } from '../address/address.ts'
import { postgresConfig } from '../address/driver-config.ts'
import { clientFor } from '../database/channel-binding.ts'
import { loadDriver } from '../database/driver.ts'
import { type StatementFor, withUniqueNames } from './statement.ts'

/** Rows that are fetched at once: as many as are written at once. */
const PAGE = 100

/** The rows of a query on PostgreSQL, by a cursor. */
export async function* postgresRows(address: ServerAddress, statementFor: StatementFor): AsyncGenerator<Row> {
  const { Client, types } = await loadDriver('pg', () => import('pg'))
  const client = new (clientFor(address, Client))({
    ...postgresConfig(address),
    keepAlive: true,
    types: typesOf(types),
  })
  // Whoever waits for an answer is told too.
  client.on('error', () => {})
  try {
    await client.connect()
    await client.query('begin transaction isolation level repeatable read, read only')
    const statement = await statementFor({
      kind: 'postgres',
      query: async (text) => (await client.query<Row>(text)).rows,
    })
    await client.query(oneStatement(`declare bearward no scroll cursor for ${statement}`))
    for (;;) {
      const { rows, fields } = await client.query<Row>(`fetch ${PAGE} from bearward`)
      withUniqueNames(fields.map(({ name }) => name))
      yield* rows
      if (rows.length < PAGE) return
    }
  } finally {
    await client.end()
  }
}

/** In the extended protocol a second statement behind the first is refused. */
function oneStatement(text: string): QueryConfig & { readonly queryMode: 'extended' } {
  return { text, queryMode: 'extended' }
}

const TIMESTAMP = 1114
const DATE = 1082

/** The driver would take dates without a zone for those of this machine. */
function typesOf({ getTypeParser }: Pick<CustomTypesConfig, 'getTypeParser'>): CustomTypesConfig {
  return {
    getTypeParser: ((id: number, format?: never) =>
      id === TIMESTAMP || id === DATE ? (text: string) => text : getTypeParser(id, format)) as typeof getTypeParser,
  }
}
