import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SCHEMA_VERSION } from '@bearward/sql'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createForeign, type ForeignDatabase } from './foreign-databases.ts'
import { type Ran, runHere } from './programs.ts'

describe.each(['postgres', 'mysql'] as const)('on a real server, %s:', (engine) => {
  let cwd: string
  let database: ForeignDatabase
  beforeEach(async () => {
    cwd = mkdtempSync(join(tmpdir(), 'bearward-doctor-'))
    database = await createForeign(engine)
  })
  afterEach(async () => {
    await database.remove()
    rmSync(cwd, { recursive: true })
  })

  const bearward = (argv: string[], url = database.url): Promise<Ran> =>
    runHere(argv, { cwd, env: { BEARWARD_PREFIX: 'acme', BEARWARD_DATABASE_URL: url } })

  async function checks(url?: string): Promise<Record<string, string>> {
    const { stdout } = await bearward(['doctor', '--json'], url)
    const { checks } = JSON.parse(stdout) as { checks: { name: string; ok: boolean; found: string }[] }
    return Object.fromEntries(checks.map(({ name, ok, found }) => [name, `${ok ? 'ok' : 'WRONG'}: ${found}`]))
  }

  const changed = (change: (url: URL) => void): string => {
    const url = new URL(database.url)
    change(url)
    return url.href
  }

  test('doctor tells the states of the tables apart, and list refuses all but one', async () => {
    expect(await checks()).toMatchObject({
      database: expect.stringMatching(new RegExp(`^ok: ${engine}: ${engine}://`)),
      tables: 'WRONG: the database has no tables; run bearward init to make them',
      clock: expect.stringMatching(/^ok: -?\d+ ms off/),
    })
    for (const argv of [['list'], ['issue', '--owner', 'a'], ['revoke', 'k1', '--yes']]) {
      expect(await bearward(argv)).toMatchObject({ code: 5, stderr: expect.stringContaining('has no tables') })
    }
    await database.run('create table theirs (x integer)')
    expect((await checks()).tables).toMatch(/^WRONG: the database has tables of others, and none of Bearward/)
    expect(await bearward(['list'])).toMatchObject({ code: 5 })
    // Nothing was made in the meantime.
    expect(await bearward(['migrate'])).toMatchObject({
      stdout: `tables brought from version 0 to ${SCHEMA_VERSION}\n`,
    })
    expect(await checks()).toMatchObject({
      tables: `ok: version ${SCHEMA_VERSION}`,
      channel: expect.stringMatching(/^ok/),
    })
    expect(await bearward(['list'])).toMatchObject({ code: 0 })
    await database.run(`delete from bearward_migrations where version = ${SCHEMA_VERSION}`)
    expect((await checks()).tables).toMatch(/^WRONG: the tables are at version \d+ of \d+; run bearward migrate/)
    await database.run('insert into bearward_migrations (version, applied_at) values (99, 0)')
    expect((await checks()).tables).toMatch(
      /^WRONG: the tables are at version 99, and this program knows versions up to/,
    )
  })

  test('doctor names why a server may not be used, and looks at nothing else', async () => {
    const none = await checks(changed((url) => (url.pathname = '/no_such_database')))
    expect(none.database).toMatch(
      /^WRONG: the database may not be used: .*no_such_database.*; make it, or change the name/,
    )
    const user = await checks(
      changed((url) => {
        url.username = 'nobody_here'
        url.password = 'S3CRET'
      }),
    )
    expect(user.database).toMatch(
      /^WRONG: the database may not be used: .*nobody_here.*; check the user and the password/,
    )
    for (const found of [none, user]) {
      expect(Object.keys(found)).toEqual(['format', 'database'])
      expect(JSON.stringify(found)).not.toContain('S3CRET')
    }
  })
})
