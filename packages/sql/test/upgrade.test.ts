import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DAY, keyFormat } from '@bearward/core'
import { createKeyring } from '@bearward/keyring'
import { afterEach, expect, test } from 'vitest'
import { SCHEMA_VERSION } from '../src/index.ts'
import { createDatabase, type Database, ENGINES } from './support/databases.ts'
import { type Opened, openStore } from './support/open.ts'

/** The token whose digest stands in the rows of version 1. */
const TOKEN = 'acme_bVFCNMc7m9hwano1cuX8vDTpQILGyszZn8N5sq71DHQ0p5LQw'

let database: Database | undefined
let opened: Opened | undefined

afterEach(async () => {
  await opened?.close()
  await database?.remove()
})

test.each(ENGINES)(
  '%s: tables of version 1 with keys in them are upgraded, and nothing in them changes',
  async (engine) => {
    database = await createDatabase(engine)
    opened = openStore(database)
    const { store, query } = opened
    const text = readFileSync(join(import.meta.dirname, `version-1/${engine}.sql`), 'utf8')
    for (const statement of text.replace(/^--.*/, '').split(';\n')) if (statement.trim() !== '') await query(statement)

    const keyring = createKeyring({ store, format: keyFormat({ prefix: 'acme' }) })
    const { entries } = await keyring.audit()
    expect(entries.map(({ sequence, action, keyId }) => `${sequence} ${action} ${keyId}`)).toEqual([
      '4 revoked key_gone',
      '3 updated key_live',
      '2 issued key_gone',
      '1 issued key_live',
    ])
    const versions = await query('select version from bearward_migrations order by version')
    expect(versions.map(({ version }) => Number(version)).at(-1)).toBe(SCHEMA_VERSION)

    const live = await keyring.get('key_live')
    expect(live).toMatchObject({
      name: 'CI',
      metadata: { team: 'ü' },
      version: 2,
      lastUsedFrom: '192.0.2.1',
      state: 'active',
    })
    expect(await keyring.get('key_gone')).toMatchObject({ state: 'revoked' })
    expect((await keyring.verifier({ cache: false }).verify(`Bearer ${TOKEN}`)).ok).toBe(true)
    expect(await store.outbox({ limit: 10 })).toEqual([{ sequence: 4, invalidations: [{ id: 'key_gone' }] }])

    // And what is new works on what is old.
    const at = 1_800_000_000_600
    await store.recordUse([{ keyId: 'key_live', at, from: '192.0.2.1', uses: 3 }])
    expect(await store.usage('key_live', 0)).toEqual({
      days: [{ day: Math.floor(at / DAY), uses: 3 }],
      addresses: [
        { address: '192.0.2.1', lastUsedAt: at },
        { address: '192.0.2.2', lastUsedAt: null },
      ],
    })
    await keyring.revoke('key_live')
    expect((await keyring.list({ state: 'revoked' })).keys.map(({ id }) => id)).toEqual(['key_gone', 'key_live'])
    expect((await keyring.audit({ limit: 1 })).entries[0]?.sequence).toBe(5)
  },
)
