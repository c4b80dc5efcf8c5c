import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { keyFormat } from '@bearward/core'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { asNobody, bearward, type Ran } from './bearward.ts'

const format = keyFormat({ prefix: 'acme', environments: ['live', 'test'] })

let cwd: string
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'bearward-cli-'))
})
afterEach(() => rmSync(cwd, { recursive: true, force: true }))

/** What a command says of a database that the current folder names; `access.test.ts` is about it. */
const DATABASE = /^Database: keys\.db, from bearward\.config\.json\n/

const run = async (argv: readonly string[], stdin = ''): Promise<Ran> => {
  const ran = await bearward(argv, { cwd, stdin, env: { USER: 'alice', NO_COLOR: '1' } })
  return { ...ran, stderr: ran.stderr.replace(DATABASE, '') }
}

async function data(argv: readonly string[], stdin = ''): Promise<string> {
  const { code, stdout, stderr } = await run(argv, stdin)
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' })
  return stdout.trimEnd()
}

async function json<T = Record<string, unknown>>(argv: readonly string[], stdin = ''): Promise<T> {
  return JSON.parse(await data([...argv, '--json'], stdin)) as T
}

interface IssuedJson {
  token: string
  key: { id: string; owner: string; scopes: string[]; expiresAt: number; createdAt: number; metadata: unknown }
}

const init = (): Promise<string> => data(['init', '--prefix', 'acme', '--environments', 'live,test'])
const issue = (...options: string[]): Promise<IssuedJson> =>
  json<IssuedJson>(['issue', ...(options.includes('--owner') ? [] : ['--no-owner']), ...options])

describe('init', () => {
  test('writes a configuration and makes the tables, and a second time keeps both', async () => {
    expect(await init()).toMatch(/^wrote bearward\.config\.json; tables at version \d+ \(were at 0\)$/)
    const settings = { prefix: 'acme', environments: ['live', 'test'], databaseUrl: 'keys.db' }
    expect(JSON.parse(readFileSync(join(cwd, 'bearward.config.json'), 'utf8'))).toEqual(settings)
    expect(existsSync(join(cwd, 'keys.db'))).toBe(true)
    expect(await data(['init'])).toMatch(/^kept bearward\.config\.json; tables at version \d+$/)
  })

  test('does not write down an address with a password', async () => {
    const { code, stderr } = await run([
      'init',
      '--prefix',
      'acme',
      '--database-url',
      'postgres://u:secret@127.0.0.1:1/x',
    ])
    expect(code).toBe(4)
    expect(stderr).not.toContain('secret')
    expect(readFileSync(join(cwd, 'bearward.config.json'), 'utf8')).not.toContain('secret')
  })
})

describe('the life of a key', () => {
  test('issue prints the token alone on standard output, and the rest beside it', async () => {
    await init()
    const { stdout, stderr } = await run(['issue', '--owner', 'acct_1', '--scope', 'posts:read', '--expires-in', '90d'])
    expect(format.parse(stdout.trimEnd())).toEqual({ prefix: 'acme', environment: 'live' })
    expect(stderr).toContain('owner       acct_1')
    expect(stderr).not.toContain(stdout.trimEnd())
    const files = readdirSync(cwd).map((name) => readFileSync(join(cwd, name), 'latin1'))
    expect(files.join()).not.toContain(stdout.trimEnd())
  })

  test('what was asked for stands in the key', async () => {
    await init()
    const scopes = ['--scope', 'posts:read', 'posts:write']
    const metadata = ['--metadata', '{"plan":"pro"}']
    const { token, key } = await issue(
      '--owner',
      'acct_1',
      '--environment',
      'test',
      ...scopes,
      ...metadata,
      '--expires-in',
      '2h',
    )
    expect(format.parse(token)?.environment).toBe('test')
    expect(key).toMatchObject({ owner: 'acct_1', scopes: ['posts:read', 'posts:write'], metadata: { plan: 'pro' } })
    expect(key.expiresAt - key.createdAt).toBe(7_200_000)
  })

  test('list, show, disable, enable, rotate, revoke, audit and verify tell one story', async () => {
    await init()
    const { token, key } = await issue('--owner', 'acct_1', '--name', 'CI')
    expect(await data(['list'])).toMatch(new RegExp(`${key.id} +acme_live_.{4}… +acct_1 +CI +active`))
    expect(await data(['show', key.id])).toContain('name        CI')
    expect(await data(['verify'], `${token}\n`)).toMatch(/^accepted\nid /)

    expect(await data(['disable', key.id])).toMatch(
      / is disabled, refused everywhere after \d+ ms \(0 processes confirmed\)$/,
    )
    expect(await run(['verify'], token)).toMatchObject({ code: 1, stdout: 'refused: disabled\n' })
    expect(await data(['enable', key.id])).toBe(`${key.id} is active`)

    const rotated = await json<IssuedJson & { previous: { state: string } }>(['rotate', key.id, '--grace', '1h'])
    expect(rotated.previous.state).toBe('retiring')
    for (const each of [token, rotated.token]) expect((await run(['verify'], each)).code).toBe(0)

    expect(await data(['revoke', key.id, '--yes', '--reason', 'leaked'])).toContain('refused everywhere after')
    expect(await json(['verify'], rotated.token)).toMatchObject({ accepted: true, key: { id: rotated.key.id } })
    const trail = await json<{ entries: { action: string; actor: string; reason: string | null }[] }>(['audit'])
    expect(trail.entries.map(({ action }) => action)).toEqual([
      'revoked',
      'issued',
      'rotated',
      'enabled',
      'disabled',
      'issued',
    ])
    expect(trail.entries[0]).toMatchObject({ actor: 'alice', reason: 'leaked' })
    expect(await data(['audit', '--action', 'revoked'])).toMatch(/revoked +key_\w+ +alice +revokedAt +leaked$/)
    expect(await json(['show', key.id])).toMatchObject({ state: 'revoked', lastUsedAt: null })
  })

  test('issue wants an owner, or the statement that there is none, and not both', async () => {
    await init()
    const missing = await run(['issue', '--name', 'CI'])
    expect(missing).toMatchObject({ code: 2, stdout: '' })
    expect(missing.stderr).toBe(
      'bearward: the key has no owner; name one with --owner, or state with --no-owner that it has none\n',
    )
    for (const owners of [
      ['--owner', 'acct_1', '--no-owner'],
      ['--no-owner', '--owner', 'acct_1'],
    ]) {
      const both = await run(['issue', ...owners])
      expect(both).toMatchObject({ code: 2, stdout: '' })
      expect(both.stderr).toContain('--owner and --no-owner contradict each other')
    }
    for (const owner of ['', ' ', '\u200b']) {
      const blank = await run(['issue', '--owner', owner])
      expect(blank).toMatchObject({ code: 2, stdout: '' })
      expect(blank.stderr).toContain('owner: must be')
    }
    expect(await json(['list'])).toMatchObject({ keys: [] })
    expect((await json<IssuedJson>(['issue', '--no-owner'])).key.owner).toBeNull()
  })

  test('revoke ends what a rotation has left working, names it, and names what works still', async () => {
    await init()
    const { key: one } = await issue('--owner', 'a')
    const { key: two } = await json<IssuedJson>(['rotate', one.id, '--grace', '1d'])
    const { key: three } = await json<IssuedJson>(['rotate', two.id, '--grace', '2d'])
    expect(await data(['show', two.id])).toMatch(
      new RegExp(`${one.id} of the same rotation chain is retiring until .+ UTC\\n${three.id} of .+ is active$`),
    )
    expect(await data(['disable', two.id])).toMatch(
      new RegExp(`^${two.id} is disabled, .+\\nstill accepted: ${one.id} .+\\nstill accepted: ${three.id} .+$`),
    )
    expect(await data(['enable', two.id])).toBe(`${two.id} is retiring`)
    expect(await data(['revoke', two.id, '--yes', '--reason', 'leaked'])).toMatch(
      new RegExp(
        `^revoked 2 keys, .+\\nalso revoked: ${one.id} \\(acme_live_.{4}…\\)\\nstill accepted: ${three.id} \\(.+\\), without an end$`,
      ),
    )
    const { key: four } = await json<IssuedJson>(['rotate', three.id, '--grace', '1h'])
    const alone = await data(['revoke', four.id, '--chain', 'none', '--yes'])
    expect(alone).toMatch(new RegExp(`^revoked ${four.id}, .+\\nstill accepted: ${three.id} .+, until .+ UTC$`))
    expect(await json(['revoke', three.id, '--chain', 'all', '--yes'])).toMatchObject({
      keyIds: [three.id],
      alsoEnded: [],
      stillAccepted: [],
    })
    expect((await run(['revoke', three.id, '--chain', 'some', '--yes'])).code).toBe(2)
    expect((await run(['revoke', '--owner', 'a', '--chain', 'all', '--yes'])).code).toBe(2)
    const revoked = await json<{ entries: { reason: string | null }[] }>(['audit', '--action', 'revoked'])
    expect(revoked.entries.map(({ reason }) => reason)).toEqual([null, null, 'leaked', 'leaked'])
  })

  test('an emergency rotation names the older keys that end too', async () => {
    await init()
    const { token, key: one } = await issue()
    const { key: two } = await json<IssuedJson>(['rotate', one.id])
    const { stderr } = await run(['rotate', two.id, '--grace', '0', '--yes'])
    expect(stderr).toContain(`${one.id}, which it had replaced, is refused too.`)
    expect((await run(['verify'], token)).code).toBe(1)
  })

  test('revoke --owner ends all keys of an owner, and nobody else’s', async () => {
    await init()
    const [one, two, other] = [await issue('--owner', 'a'), await issue('--owner', 'a'), await issue('--owner', 'b')]
    expect(await data(['revoke', '--owner', 'a', '--yes'])).toMatch(/^revoked 2 keys, refused everywhere/)
    for (const { token } of [one, two]) expect((await run(['verify'], token)).stdout).toBe('refused: revoked\n')
    expect((await run(['verify'], other.token)).code).toBe(0)
  })

  test('an emergency rotation ends the old key at once', async () => {
    await init()
    const { token, key } = await issue()
    const { stdout } = await run(['rotate', key.id, '--grace', '0', '--yes'])
    expect((await run(['verify'], token)).stdout).toBe('refused: expired\n')
    expect((await run(['verify'], stdout)).code).toBe(0)
  })

  test('list pages', async () => {
    await init()
    for (let index = 0; index < 3; index++) await issue('--name', `n${index}`)
    const first = await run(['list', '--limit', '2'])
    const cursor = /--cursor (\S+)/.exec(first.stderr)?.[1] ?? ''
    expect(await json(['list', '--limit', '2', '--cursor', cursor])).toMatchObject({
      keys: [{ name: 'n0' }],
      next: null,
    })
  })
})

describe('scan', () => {
  test('--live says what the store knows of each key, and --revoke ends those that work', async () => {
    await init()
    const { token, key } = await issue()
    mkdirSync(join(cwd, 'tree'))
    writeFileSync(join(cwd, 'tree/one.txt'), `KEY=${token}\n`)
    writeFileSync(join(cwd, 'tree/two.txt'), `KEY=${format.generate('live')}\n`)
    const found = async (...options: string[]) => {
      const { code, stdout } = await run(['scan', 'tree', '--json', ...options])
      expect(code).toBe(1)
      const { findings } = JSON.parse(stdout) as { findings: { path: string; state: string; keyId?: string }[] }
      return findings.map(({ path, state, keyId }) => [path, state, keyId])
    }
    const live = [
      ['tree/one.txt', 'active', key.id],
      ['tree/two.txt', 'unknown', undefined],
    ]
    expect(await found('--live')).toEqual(live)
    expect(await run(['scan', 'tree', '--revoke'])).toMatchObject({ code: 2 })
    expect((await run(['verify'], token)).code).toBe(0)
    expect(await found('--revoke', '--yes')).toEqual(live)
    expect(await run(['verify'], token)).toMatchObject({ stdout: 'refused: revoked\n' })
    expect((await found('--live'))[0]?.[1]).toBe('revoked')
    expect((await run(['scan', 'tree', '--live'])).stdout).toMatch(/^tree\/one\.txt:1:5: acme_live_.{4}… revoked$/m)
  })
})

describe('import', () => {
  // The vector of a key that Unkey issued.
  const token = 'acme_8DfbjXLth7APvt3qQPgtf'
  const row = { id: 'key_1', hash: 'Vv27BRNLZcQrBHmEDZKerdaIPimu5iZYTH41GlCGdus=', start: 'acme_8Dfb', enabled: true }

  test('takes keys over, says what it did, and goes on when it is run again', async () => {
    await init()
    const bad = { ...row, id: 'key_2', hash: 'no digest' }
    writeFileSync(join(cwd, 'keys.jsonl'), `${JSON.stringify(row)}\n${JSON.stringify(bad)}\n`)
    const argv = ['import', 'keys.jsonl', '--from', 'unkey', '--token-prefix', 'acme']
    const trial = await run([...argv, '--dry-run', '--json'])
    expect(trial.code).toBe(1)
    expect(JSON.parse(trial.stdout)).toMatchObject({ rows: 2, imported: 1, rejected: 1, problems: [{ row: 2 }] })
    expect((await json<{ keys: unknown[] }>(['list'])).keys).toEqual([])
    expect((await run(argv)).stdout).toMatch(/^imported +1$/m)
    expect((await run(argv)).stdout).toMatch(/^there already +1$/m)
    expect((await json<{ keys: unknown[] }>(['list'])).keys).toMatchObject([{ state: 'active' }])
    expect(trial.stdout).not.toContain(token)
  })

  test('a key that was imported is verified in its own form, which leaves no trace', async () => {
    await init()
    writeFileSync(join(cwd, 'keys.jsonl'), JSON.stringify(row))
    await data(['import', 'keys.jsonl', '--from', 'unkey', '--token-prefix', 'acme'])
    expect(await run(['verify'], token)).toMatchObject({
      code: 1,
      stdout: 'refused: format\n',
      stderr: expect.stringContaining('say --from'),
    })
    const argv = ['verify', '--from', 'unkey', '--token-prefix', 'acme']
    expect(await json(argv, token)).toMatchObject({ accepted: true, key: { id: 'unkey_key_1' } })
    // What the table holds of it is no key.
    expect((await run(argv, row.hash)).stdout).toMatch(/^refused: /)
    expect(await json(['show', 'unkey_key_1'])).toMatchObject({ lastUsedAt: null, useStatus: 'not_recorded_yet' })
    // Whether the other system has seen it in use is not known.
    expect(await data(['show', 'unkey_key_1'])).toContain('not recorded yet')
    expect(await data(['list'])).toContain('not recorded yet')
    const { entries } = await json<{ entries: { action: string }[] }>(['audit'])
    expect(entries.map(({ action }) => action)).toEqual(['imported'])
    await data(['revoke', 'unkey_key_1', '--yes'])
    expect(await run(argv, token)).toMatchObject({ code: 1, stdout: 'refused: revoked\n' })
  })

  test('scopes that are not declared are rejected', async () => {
    await init()
    const rows = ['posts:read', 'posts:wirte'].map((scopes, id) =>
      JSON.stringify({ id: String(id), sha256: String(id).repeat(64), scopes }),
    )
    const { code, stdout } = await run(
      ['import', '-', '--from', 'plain', '--scopes', 'posts:read', '--json'],
      rows.join('\n'),
    )
    expect(code).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({ imported: 1, problems: [{ row: 2 }] })
  })

  test('CSV with a byte order mark, quotes, and line breaks of Windows', async () => {
    await init()
    const lines = ['\ufeffid,sha256,name,scopes', `1,${'a'.repeat(64)},"CI, ""old""\r\n2","a b"`, '']
    await data(['import', '-', '--from', 'plain', '--csv'], lines.join('\r\n'))
    const { keys } = await json<{ keys: unknown[] }>(['list'])
    expect(keys).toMatchObject([{ id: 'plain_1', name: 'CI, "old"\r\n2', scopes: ['a', 'b'] }])
  })

  const csv = (...lines: string[]): string => `${lines.join('\n')}\n`
  const plain = ['import', '-', '--from', 'plain', '--csv']
  const [first, second] = ['a', 'b'].map((letter) => letter.repeat(64))

  test.each(['expires', 'Expiry', 'EXPIRATION', 'valid_until', 'revoked_on', 'key deleted at'])(
    'a key that had ended by its column %s stays refused',
    async (column) => {
      await init()
      const rows = csv(`sha256,owner,${column}`, `${first},a,2020-01-01`)
      const summary = await json<{ states: { active: number } }>(plain, rows)
      expect(summary).toMatchObject({ imported: 1, states: { active: 0 }, unread: {} })
    },
  )

  test('columns that were not read are named, and one that looks like a state stops', async () => {
    await init()
    const rows = csv('sha256,owner,colour,ttl,plan', `${first},a,red,60,free`, `${second},b,red,,free`)
    const trial = await run([...plain, '--dry-run'], rows)
    expect(trial).toMatchObject({ code: 1, stderr: '' })
    expect(trial.stdout).toMatch(/^not read {6}1 colour, 1 ttl, 1 plan$/m)
    expect(trial.stdout).toMatch(/^These stop the import: .*\n +1 {2}ttl$/m)
    expect(trial.stdout).toMatch(/^Rejected because of:\n +1 {2}columns that look like a state/m)
    const stopped = await run(plain, rows)
    expect(stopped).toMatchObject({ code: 2, stdout: '' })
    expect(stopped.stderr).toBe(
      'bearward: columns that look like a state, an end or a limit of keys are not read: ttl; ' +
        'say --map ttl=field or --ignore-column ttl for each, and run it again\n',
    )
    expect((await json<{ keys: unknown[] }>(['list'])).keys).toEqual([])
    expect(await json([...plain, '--ignore-column', 'ttl'], rows)).toMatchObject({
      imported: 2,
      unread: { colour: 2, ttl: 2, plan: 2 },
    })
  })

  test('columns by other names are mapped, and what is mapped must be there', async () => {
    await init()
    const rows = csv('hash_of_key,kunde,ablauf', `${first},a,2020-01-01`)
    const map = ['--map', 'hash_of_key=sha256', 'kunde=owner']
    const misspelt = await run([...plain, ...map, 'ablauff=expiresAt'], rows)
    expect(misspelt).toMatchObject({ code: 2 })
    expect(misspelt.stderr).toMatch(/no row has the column ablauff, which is mapped/)
    const unknown = await run([...plain, '--map', 'kunde=besitzer'], rows)
    expect(unknown.stderr).toMatch(
      /^bearward: --map names no field of this system; give one of token, key, .*, remaining$/m,
    )
    const other = await run(['import', '-', '--from', 'drf', '--expire-after', '1d'])
    expect(other.stderr).toMatch(/^bearward: --expire-after is for sanctum alone/)
    expect(await json([...plain, ...map, 'ablauf=expiresAt'], rows)).toMatchObject({ states: { expired: 1 } })
    expect((await json<{ keys: unknown[] }>(['list'])).keys).toMatchObject([{ owner: 'a' }])
  })

  test('a key that is refused there by now is named, and changed by nobody but you', async () => {
    await init()
    await data(plain, csv('id,sha256,created_at', `1,${first},2026-01-01T00:00:00Z`))
    const later = csv('id,sha256,created_at,revoked', `1,${first},2026-01-01T00:00:00Z,yes`)
    const again = await run(plain, later)
    expect(again).toMatchObject({ code: 1, stderr: '' })
    expect(again.stdout).toMatch(/^refused there +1$/m)
    expect(again.stdout).toMatch(/^1 {4}1 {9}the key is refused there, and is not refused here/m)
    expect((await json<{ keys: unknown[] }>(['list'])).keys).toMatchObject([{ state: 'active' }])
    await data(['revoke', 'plain_1', '--yes'])
    expect(await run(plain, later)).toMatchObject({ code: 0 })
    expect(await run(plain, csv('id,sha256,created_at', `1,${first},2026-01-01T00:00:00Z`))).toMatchObject({ code: 0 })
    expect((await json<{ keys: unknown[] }>(['list'])).keys).toMatchObject([{ state: 'revoked' }])
  })

  test('names and ids of others cannot write to the terminal', async () => {
    await init()
    const row = { sha256: first, 'co\u001b[2Jlour\n::error::x': 1, id: 'a\u001b[31m\nb' }
    const { stdout } = await run(['import', '-', '--from', 'plain'], JSON.stringify({ ...row, environment: 'nowhere' }))
    expect(stdout).toContain('a\\u001b[31m\\u000ab')
    expect(stdout).not.toContain('\u001b')
    expect(stdout).not.toContain('\n::error')
    const named = await run(['import', '-', '--from', 'plain'], JSON.stringify(row))
    expect(named.stdout).toContain('co\\u001b[2Jlour\\u000a\\u003a:error::x')
    const stopped = await run(
      ['import', '-', '--from', 'plain'],
      JSON.stringify({ sha256: first, 'ttl\u001b[2J\n': 1 }),
    )
    expect(stopped.stderr.trimEnd().split('\n')).toHaveLength(1)
    expect(stopped.stderr).toContain('ttl\\u001b[2J\\u000a')
  })

  test.each([
    ['a field that is none', ['import', '-', '--from', 'unkey', '--map', 'a=b'], 2],
    ['a column without a field', ['import', '-', '--from', 'unkey', '--map', 'a='], 2],
    ['a system that nobody knows', ['import', 'x', '--from', 'acme'], 2],
    ['no system', ['import', 'x'], 2],
    ['a file that is not there', ['import', 'none.jsonl', '--from', 'unkey'], 5],
    ['nothing to read', ['import', '--from', 'unkey'], 2],
    ['two things to read', ['import', 'x', '--from', 'unkey', '--from-url', 'x.db'], 2],
    ['a query that writes', ['import', '--from', 'plain', '--from-url', 'keys.db', '--query', 'delete from x'], 2],
    ['an expiration of another system', ['import', '-', '--from', 'drf', '--expire-after', '1d'], 2],
    ['a pair that is none', ['import', '-', '--from', 'unkey', '--map-scope', 'x'], 2],
  ])('%s', async (_name, argv, code) => {
    await init()
    const ran = await run(argv, '{not json\n')
    expect(ran.code).toBe(code)
    expect(ran.stderr.trimEnd().split('\n')).toHaveLength(1)
  })
})

describe('migrate and doctor', () => {
  test('migrate says what it did, and can print what it would run', async () => {
    await init()
    expect(await data(['migrate'])).toMatch(/^tables are at version \d+$/)
    expect(await data(['migrate', '--sql', 'postgres'])).toContain('create table bearward_keys (')
  })

  test('doctor finds all well, and says what is not', async () => {
    expect(await run(['doctor', '--prefix', 'acme', '--database-url', 'none.db'])).toMatchObject({ code: 1 })
    await init()
    const { ok, checks } = await json<{ ok: boolean; checks: { name: string }[] }>(['doctor'])
    expect(ok).toBe(true)
    expect(checks.map(({ name }) => name)).toEqual(['format', 'tables', 'channel', 'clock', 'database'])
    const { code, stdout } = await run(['doctor', '--database-url', 'postgres://127.0.0.1:1/x'])
    expect(code).toBe(1)
    expect(stdout).toMatch(/WRONG/)
  })
})

describe('what cannot be done is said in one line, with how to mend it', () => {
  test.each([
    [
      'without a database',
      ['list', '--prefix', 'acme'],
      3,
      /^bearward: the database of your keys is not set; run bearward init/,
    ],
    [
      'a database that does not answer',
      ['list', '--prefix', 'acme', '--database-url', 'mysql://127.0.0.1:1/x'],
      4,
      /does not answer/,
    ],
    [
      'a folder that is not there',
      ['list', '--prefix', 'acme', '--database-url', 'no/such/keys.db'],
      5,
      /may not be used/,
    ],
  ])('%s', async (_name, argv, code, message) => {
    const ran = await run(argv)
    expect(ran.code).toBe(code)
    expect(ran.stderr).toMatch(message)
    expect(ran.stderr.trimEnd().split('\n')).toHaveLength(1)
    expect(ran.stdout).toBe('')
  })

  test.each([
    [
      'a key that is not there',
      ['revoke', 'key_nobody', '--yes'],
      6,
      'bearward: id: there is no such key; bearward list shows the keys there are\n',
    ],
    ['nothing to revoke', ['revoke', '--yes'], 2, 'bearward: nothing to revoke; give the id of a key, or --owner\n'],
    [
      'no rows to import',
      ['import', '--from', 'unkey'],
      2,
      'bearward: no rows to import; give one of these: a file, --from-url, BEARWARD_FROM_URL\n',
    ],
    [
      'rows of two places',
      ['import', 'keys.jsonl', '--from', 'unkey', '--from-url', 'other.db'],
      2,
      'bearward: rows of a file and of a database; give one of these: a file, --from-url, BEARWARD_FROM_URL\n',
    ],
    [
      'nobody to ask',
      ['revoke', 'key_1'],
      2,
      'bearward: this cannot be undone, and there is no terminal to ask on; give --yes to go on\n',
    ],
    [
      'a time that is none',
      ['issue', '--expires-in', 'soon'],
      2,
      'bearward: --expires-in soon is no time; write a number and a unit, such as 90d, 24h, 30m or 0\n',
    ],
    [
      'metadata that is no JSON',
      ['issue', '--metadata', '{plan'],
      2,
      'bearward: --metadata is not JSON; write an object, such as \'{"plan":"pro"}\'\n',
    ],
    [
      'a limit that is none',
      ['list', '--limit', 'all'],
      2,
      'bearward: --limit all is no whole number from 1 to 500; change it\n',
    ],
    [
      'an input that the keyring refuses',
      ['issue', '--no-owner', '--scope', 'a b'],
      2,
      /^bearward: scopes: must be strings of 1 to 200 visible/,
    ],
    [
      'an action that is none',
      ['audit', '--action', 'revoke'],
      2,
      /^bearward: .* 'revoke' is invalid.*see bearward audit --help\n$/,
    ],
    [
      'an address of another kind',
      ['list', '--database-url', 'redis://u:secret@h'],
      3,
      'bearward: the address of the database begins with redis://; give postgres://…, mysql://…, or a file for SQLite\n',
    ],
    [
      'an address that cannot be read',
      ['list', '--database-url', 'mysql://u:secret@h:x/db'],
      3,
      /^bearward: the address of the database cannot be read; write it as postgres:\/\//,
    ],
    [
      'an address in the wrong place',
      ['list', 'mysql://u:se:cr@et@h/db'],
      2,
      /^bearward: too many arguments for 'list'.* mysql:\/\/u:…@h\/db; see bearward list --help\n$/,
    ],
    ['no token', ['verify'], 2, 'bearward: there is no token on standard input; bearward verify < file\n'],
  ])('%s', async (_name, argv, code, message) => {
    await init()
    const ran = await run(argv)
    expect(ran.code).toBe(code)
    if (typeof message === 'string') expect(ran.stderr).toBe(message)
    else expect(ran.stderr).toMatch(message)
  })

  test('what is no token is not read to its end', async () => {
    await init()
    expect(await run(['verify'], 'x'.repeat(20_000))).toMatchObject({ code: 2 })
  })

  test('a token as an argument is refused, and not repeated', async () => {
    await init()
    const { token } = await issue()
    const { code, stderr } = await run(['verify', token])
    expect(code).toBe(2)
    expect(stderr).not.toContain(token)
  })

  test('rotating a rotated key says which one to rotate', async () => {
    await init()
    const { key } = await issue()
    await run(['rotate', key.id])
    expect(await run(['rotate', key.id])).toMatchObject({
      code: 6,
      stderr: 'bearward: rotate: the key has a successor already; rotate its successor\n',
    })
  })

  test('a file that may not be written', async () => {
    await init()
    chmodSync(cwd, 0o555)
    chmodSync(join(cwd, 'keys.db'), 0o444)
    for (const argv of [['issue', '--no-owner'], ['migrate'], ['init', '--config', '']]) {
      const { status, stdout, stderr } = asNobody(argv, cwd)
      expect([status, stdout]).toEqual([5, ''])
      expect(stderr.replace(DATABASE, '')).toMatch(/^bearward: the database may not be used: .*\n$/)
    }
  }, 60_000)

  test('a file that is no database', async () => {
    await init()
    writeFileSync(join(cwd, 'keys.db'), 'this is no database, but a file of some length that says so'.repeat(20))
    const { code, stderr } = await run(['list'])
    expect(code).toBe(4)
    expect(stderr.trimEnd().split('\n')).toHaveLength(1)
  })
})
