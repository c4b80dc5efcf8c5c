import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { migrate, SCHEMA_VERSION, sqlite } from '@bearward/sql'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { bearward, type Ran } from './bearward.ts'

let cwd: string
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'bearward-access-'))
})
afterEach(() => rmSync(cwd, { recursive: true, force: true }))

const run = (argv: readonly string[], env: Record<string, string> = {}, stdin = 'x\n'): Promise<Ran> =>
  bearward(argv, { cwd, stdin, env: { BEARWARD_PREFIX: 'acme', USER: 'alice', NO_COLOR: '1', ...env } })

/** Commands that read. */
const READING: [string, string[]][] = [
  ['list', ['list']],
  ['show', ['show', 'k1']],
  ['audit', ['audit']],
  ['verify', ['verify']],
  ['doctor', ['doctor']],
  ['scan --live', ['scan', '-', '--live']],
  ['import --dry-run', ['import', '-', '--from', 'plain', '--dry-run']],
]

/** Commands that change a key that is there. */
const CHANGING: [string, string[]][] = [
  ['rotate', ['rotate', 'k1']],
  ['revoke', ['revoke', 'k1', '--yes']],
  ['revoke of an owner', ['revoke', '--owner', 'a', '--yes']],
  ['disable', ['disable', 'k1']],
  ['enable', ['enable', 'k1']],
  ['scan --revoke', ['scan', '-', '--revoke', '--yes']],
]

/** The names and contents of a folder. */
const contents = (): Record<string, string> =>
  Object.fromEntries(readdirSync(cwd).map((name) => [name, readFileSync(join(cwd, name), 'latin1')]))

function tablesOf(path: string): string[] {
  const database = new DatabaseSync(join(cwd, path))
  const names = database.prepare("select name from sqlite_master where type = 'table' order by name").all()
  database.close()
  return names.map(({ name }) => String(name))
}

function makeTheirs(): void {
  const database = new DatabaseSync(join(cwd, 'theirs.db'))
  database.exec('create table theirs (x); insert into theirs values (1)')
  database.close()
}

describe.each([...READING, ...CHANGING])('%s creates and upgrades nothing', (name, argv) => {
  const exits = name === 'doctor' ? 1 : name === 'import --dry-run' ? 0 : 5

  test('where there is no file', async () => {
    const { code, stdout, stderr } = await run(argv, { BEARWARD_DATABASE_URL: 'keys.db' }, '')
    const isTyped = name === 'verify'
    expect(code).toBe(isTyped ? 2 : exits)
    if (exits !== 0 && !isTyped) expect(stdout + stderr).toContain('there is no file keys.db; run bearward init')
    expect(readdirSync(cwd)).toEqual([])
  })

  test('where there is no folder', async () => {
    const { code } = await run(argv, { BEARWARD_DATABASE_URL: 'no/such/keys.db' })
    expect(code).toBe(name === 'import --dry-run' ? 1 : exits)
    expect(readdirSync(cwd)).toEqual([])
  })

  test('in the database of another program', async () => {
    makeTheirs()
    writeFileSync(join(cwd, 'bearward.config.json'), '{"databaseUrl":"theirs.db"}')
    const before = contents()
    const { code, stdout, stderr } = await run(argv, {})
    if (name !== 'import --dry-run') {
      expect(code).toBe(exits)
      expect(stdout + stderr).toContain('has tables of others, and none of Bearward')
    }
    expect(contents()).toEqual(before)
  })

  test('in an empty file', async () => {
    writeFileSync(join(cwd, 'keys.db'), '')
    await run(argv, { BEARWARD_DATABASE_URL: 'keys.db' })
    expect(contents()).toEqual({ 'keys.db': '' })
  })

  test('in tables of an older or a newer version', async () => {
    const store = sqlite(join(cwd, 'keys.db'))
    await migrate(store)
    await store.close()
    for (const [change, told] of [
      [
        `delete from bearward_migrations where version = ${SCHEMA_VERSION}`,
        `version ${SCHEMA_VERSION - 1} of ${SCHEMA_VERSION}; run bearward migrate`,
      ],
      ['insert into bearward_migrations values (99, 0)', 'version 99, and this program knows versions up to'],
    ] as const) {
      const database = new DatabaseSync(join(cwd, 'keys.db'))
      database.exec(change)
      database.close()
      const { code, stdout, stderr } = await run(argv, { BEARWARD_DATABASE_URL: 'keys.db' })
      expect(code).toBe(name === 'doctor' ? 1 : 5)
      expect(stdout + stderr).toContain(told)
    }
  })
})

describe('a command that reads', () => {
  test.each(READING)('%s leaves every byte of a database as it is, and may be told that it must', async (_, argv) => {
    await run(['issue', '--id', 'k1', '--owner', 'a', '--database-url', 'keys.db'])
    const before = contents()
    const { stdout, stderr } = await run(argv, { BEARWARD_DATABASE_URL: 'file:keys.db?mode=ro' })
    expect(stdout + stderr).not.toMatch(/readonly|WRONG|bearward:/)
    const after = contents()
    expect(after['keys.db']).toBe(before['keys.db'])
    expect(Object.keys(after).filter((name) => !/^keys\.db(?:-wal|-shm)?$/.test(name))).toEqual([])
  })
})

test.each([...CHANGING, ['issue', ['issue', '--owner', 'a']], ['migrate', ['migrate']], ['console', ['console']]] as [
  string,
  string[],
][])('%s is refused where the address says mode=ro', async (_, argv) => {
  await run(['issue', '--id', 'k1', '--owner', 'a', '--database-url', 'keys.db'])
  const before = contents()
  const { code, stderr } = await run(argv, { BEARWARD_DATABASE_URL: 'file:keys.db?mode=ro' })
  expect(code).toBe(3)
  expect(stderr).toContain('the address of the database says mode=ro, and this command writes')
  expect(contents()).toEqual(before)
})

describe('a database that is made', () => {
  test.each<[string, string[]]>([
    ['init', ['init']],
    ['migrate', ['migrate']],
    ['issue', ['issue', '--owner', 'a']],
    ['import', ['import', '-', '--from', 'plain']],
  ])('by %s is readable by its owner alone', async (_, argv) => {
    const umask = process.umask(0)
    try {
      const { code } = await run(argv, { BEARWARD_DATABASE_URL: 'keys.db' }, `{"id":"1","sha256":"${'a'.repeat(64)}"}`)
      expect(code).toBe(0)
    } finally {
      process.umask(umask)
    }
    expect(tablesOf('keys.db')).toContain('bearward_keys')
    expect((statSync(join(cwd, 'keys.db')).mode & 0o777).toString(8)).toBe('600')
  })

  test('issue makes no tables beside those of another program', async () => {
    makeTheirs()
    expect(await run(['issue', '--owner', 'a', '--database-url', 'theirs.db'])).toMatchObject({ code: 5 })
    expect(tablesOf('theirs.db')).toEqual(['theirs'])
    expect(await run(['init', '--database-url', 'theirs.db'])).toMatchObject({ code: 0 })
    expect(tablesOf('theirs.db')).toContain('bearward_keys')
  })

  test.each(['rw', 'ro'])('is not made where the address says mode=%s', async (mode) => {
    for (const argv of [['issue', '--owner', 'a'], ['init'], ['migrate']]) {
      const { code } = await run(argv, { BEARWARD_DATABASE_URL: `file:keys.db?mode=${mode}` })
      expect([3, 5]).toContain(code)
      expect(existsSync(join(cwd, 'keys.db'))).toBe(false)
    }
  })
})

describe('a database that the current folder names', () => {
  beforeEach(async () => {
    writeFileSync(join(cwd, 'bearward.config.json'), '{"prefix":"acme","databaseUrl":"keys.db"}')
    await run(['init'])
  })

  test('is named in a message', async () => {
    for (const argv of [
      ['list'],
      ['list', '--json'],
      ['audit'],
      ['issue', '--owner', 'a'],
      ['revoke', '--owner', 'a', '--yes'],
    ]) {
      const { stderr } = await run(argv, {})
      expect(stderr.split('\n')[0]).toBe('Database: keys.db, from bearward.config.json')
    }
  })

  test('is not named where an option or a variable named it, or the file', async () => {
    expect((await run(['list', '--database-url', 'keys.db'])).stderr).toBe('')
    expect((await run(['list'], { BEARWARD_DATABASE_URL: 'keys.db' })).stderr).toBe('')
    expect((await run(['list', '--config', 'bearward.config.json'])).stderr).toBe('')
    expect((await run(['list'], { BEARWARD_CONFIG: 'bearward.config.json' })).stderr).toBe('')
  })

  test('is named without user and password, also where it cannot be used', async () => {
    writeFileSync(
      join(cwd, 'bearward.config.json'),
      '{"databaseUrl":"postgres://u:S3CRET@127.0.0.1:1/app?application_name=x"}',
    )
    const { code, stderr } = await run(['list'])
    expect(code).toBe(4)
    expect(stderr).toMatch(/\(postgres:\/\/127\.0\.0\.1:1\/app, from bearward\.config\.json\)\n$/)
    expect(stderr).not.toContain('S3CRET')
  })
})

test('no driver is loaded from the current folder', async () => {
  for (const name of ['pg', 'mysql2']) {
    mkdirSync(join(cwd, 'node_modules', name), { recursive: true })
    writeFileSync(join(cwd, 'node_modules', name, 'package.json'), `{"name":"${name}","main":"index.js"}`)
    for (const file of ['index.js', 'promise.js']) {
      writeFileSync(join(cwd, 'node_modules', name, file), "require('node:fs').writeFileSync('ran', '')")
    }
  }
  const main = join(import.meta.dirname, '../src/main.ts')
  for (const url of ['postgres://127.0.0.1:1/x', 'mysql://127.0.0.1:1/x']) {
    const argv = [main, 'list', '--prefix', 'acme', '--database-url', url]
    const { status, stderr } = spawnSync(process.execPath, argv, { cwd, encoding: 'utf8' })
    expect([status, stderr]).toEqual([4, expect.stringContaining('ECONNREFUSED')])
  }
  expect(existsSync(join(cwd, 'ran'))).toBe(false)
})

describe('doctor names the cause', () => {
  test.each([
    ['a file that is not there', 'none.db', 'there is no file none.db'],
    ['a folder', '.', 'is a folder'],
    ['a device', '/dev/zero', 'is no file'],
    ['a server that refuses', 'postgres://127.0.0.1:1/x', 'does not answer: connect ECONNREFUSED 127.0.0.1:1'],
    ['another server that refuses', 'mysql://127.0.0.1:1/x', 'does not answer: connect ECONNREFUSED 127.0.0.1:1'],
    ['a host that is not there', 'postgres://nowhere.invalid/x', 'its host is not known'],
    ['an address of no form', 'u:S3CRET@h', 'is of no form that is understood'],
  ])('%s', async (_, url, told) => {
    const { code, stdout } = await run(['doctor', '--database-url', url])
    expect(code).toBe(1)
    expect(stdout).toMatch(/^database +WRONG /m)
    expect(stdout).toContain(told)
    expect(stdout).not.toMatch(/bearward migrate|S3CRET|^(?:tables|channel|clock)/m)
    expect(readdirSync(cwd)).toEqual([])
  })

  test('a file that is no database', async () => {
    writeFileSync(join(cwd, 'keys.db'), 'this is no database, but a file of some length'.repeat(30))
    const { stdout } = await run(['doctor', '--database-url', 'keys.db'])
    expect(stdout).toMatch(/^database +WRONG +the database is none: file is not a database/m)
  })

  test('a database without tables, and one with those of others', async () => {
    writeFileSync(join(cwd, 'keys.db'), '')
    expect((await run(['doctor', '--database-url', 'keys.db'])).stdout).toMatch(
      /^tables +WRONG +the database has no tables; run bearward init/m,
    )
    makeTheirs()
    expect((await run(['doctor', '--database-url', 'theirs.db'])).stdout).toMatch(
      /^tables +WRONG +the database has tables of others, and none of Bearward/m,
    )
    expect(tablesOf('theirs.db')).toEqual(['theirs'])
  })
})
