import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { ENGINES } from './foreign-databases.ts'
import { BETTER_AUTH, DRF, fill, ORGANIZATION, SANCTUM, UNKEY_PARENTS, USER, USERS } from './foreign-tables.ts'
import { importWorld } from './import-world.ts'

const { foreign, bearward } = importWorld()

interface Summary {
  readonly imported: number
  readonly states: Readonly<Record<string, number>>
  readonly notes: Readonly<Record<string, number>>
  readonly unread: Readonly<Record<string, number>>
}

async function importAll(from: string, url: string, ...options: string[]): Promise<Summary> {
  const { code, stdout, stderr } = await bearward('import', '--from', from, '--from-url', url, '--json', ...options)
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return JSON.parse(stdout) as Summary
}

/** Ids of keys by their state, without the name of the system. */
async function idsByState(): Promise<Record<string, string[]>> {
  const { stdout } = await bearward('list', '--json')
  const ids: Record<string, string[]> = {}
  const { keys } = JSON.parse(stdout) as { keys: { id: string; state: string }[] }
  for (const { id, state } of keys) {
    ids[state] = [...(ids[state] ?? []), id.slice(id.indexOf('_') + 1)].sort()
  }
  return ids
}

const hash = (id: string, encoding: 'hex' | 'base64' | 'base64url'): string =>
  createHash('sha256').update(id).digest(encoding)

describe.each(ENGINES)('owners on %s', (engine) => {
  test('tokens of Sanctum whose owner is deleted, gone or not active are not accepted', async () => {
    const database = await foreign(engine)
    const token = (id: number, type: string, owner: number) => ({
      id,
      tokenable_type: type,
      tokenable_id: owner,
      name: 'CI',
      token: hash(String(id), 'hex'),
      abilities: '["*"]',
      created_at: '2026-01-02 03:04:05',
    })
    const user = 'App\\Models\\User'
    await fill(database, engine, 'users', USERS, [
      { id: 1, name: 'live', deleted_at: null, is_active: true },
      { id: 2, name: 'deleted', deleted_at: '2026-01-02 03:04:05', is_active: true },
      { id: 3, name: 'not active', deleted_at: null, is_active: false },
    ])
    await fill(database, engine, 'api_clients', { id: 'number', name: 'text' }, [{ id: 1, name: 'live' }])
    await fill(database, engine, 'personal_access_tokens', SANCTUM, [
      token(1, user, 1),
      token(2, user, 2),
      token(3, user, 3),
      token(4, user, 4),
      token(5, 'App\\Models\\ApiClient', 1),
      token(6, 'App\\Models\\ApiClient', 2),
      token(7, 'App\\Models\\Robot', 1),
    ])
    const trial = await importAll('sanctum', database.url, '--dry-run')
    expect(trial).toMatchObject({ imported: 7, states: { active: 3, disabled: 4 } })
    expect(trial.notes).toMatchObject({
      'disabled because of owner_missing': 2,
      'disabled because of owner2_deleted_at': 1,
      'disabled because of owner2_is_active': 1,
      // There is no table of robots.
      'not looked up, and it may be gone: owner_missing': 1,
    })
    expect(await importAll('sanctum', database.url)).toEqual(trial)
    expect(await idsByState()).toEqual({ active: ['1', '5', '7'], disabled: ['2', '3', '4', '6'] })
  })

  test('keys of better-auth whose user or organisation is gone or banned are not accepted', async () => {
    const database = await foreign(engine)
    const key = (id: string, referenceId: string) => ({
      id,
      configId: 'default',
      referenceId,
      key: hash(id, 'base64url'),
      enabled: true,
      createdAt: '2026-01-02 03:04:05',
    })
    await fill(database, engine, 'user', USER, [
      { id: 'user_1', name: 'live', banned: false },
      { id: 'user_2', name: 'banned', banned: true, banReason: 'spam' },
      { id: 'user_3', name: 'live', banned: null },
    ])
    await fill(database, engine, 'organization', ORGANIZATION, [{ id: 'org_1', name: 'live' }])
    await fill(database, engine, 'apikey', BETTER_AUTH, [
      key('a', 'user_1'),
      key('b', 'user_2'),
      key('c', 'user_3'),
      key('d', 'org_1'),
      key('e', 'nobody'),
      // Another id, although a database may take no notice of the case.
      key('f', 'USER_1'),
    ])
    expect(await importAll('better-auth', database.url)).toMatchObject({ states: { active: 3, disabled: 3 } })
    expect(await idsByState()).toEqual({ active: ['a', 'c', 'd'], disabled: ['b', 'e', 'f'] })
  })

  test('an answer in which one column hides another is refused, and nothing is imported', async () => {
    const database = await foreign(engine)
    await fill(database, engine, 'users', USERS, [{ id: 1, name: 'live', deleted_at: null, is_active: true }])
    await fill(database, engine, 'tokens', { id: 'number', sha256: 'text', deleted_at: 'moment' }, [
      { id: 1, sha256: hash('1', 'hex'), deleted_at: '2026-01-02 03:04:05' },
    ])
    const query = 'select tokens.*, users.* from tokens join users on users.id = tokens.id'
    const { code, stderr } = await bearward('import', '--from', 'plain', '--from-url', database.url, '--query', query)
    expect(code).toBe(2)
    expect(stderr).toMatch(/^bearward: the query answers two columns of the name \w+; name the columns/)
    expect(await idsByState()).toEqual({})
  })

  test('a column of an own table that looks like a state stops, until it is mapped or dismissed', async () => {
    const database = await foreign(engine)
    const columns = { ...DRF, plan: 'text', gesperrt: 'flag', ttl: 'number' } as const
    await fill(database, engine, 'rest_framework_api_key_apikey', columns, [
      {
        id: 'x',
        prefix: 'abcdefgh',
        hashed_key: `sha512$$${'ab'.repeat(64)}`,
        name: 'CI',
        revoked: false,
        created: '2026-01-02 03:04:05',
        plan: 'free',
        gesperrt: true,
        ttl: 3600,
      },
    ])
    const argv = ['import', '--from', 'drf', '--from-url', database.url]
    const stopped = await bearward(...argv)
    expect(stopped).toMatchObject({ code: 2, stdout: '' })
    expect(stopped.stderr).toMatch(/are not read: ttl; say --map ttl=field or --ignore-column ttl/)
    expect(await idsByState()).toEqual({})
    const trial = await bearward(...argv, '--dry-run', '--json')
    expect(trial.code).toBe(1)
    expect(JSON.parse(trial.stdout)).toMatchObject({ imported: 0, undecided: { ttl: 1 } })
    const summary = await importAll('drf', database.url, '--ignore-column', 'TTL', '--map', 'gesperrt=disabled')
    expect(summary).toMatchObject({ imported: 1, states: { disabled: 1 }, unread: { plan: 1, ttl: 1 } })
  })
})

test('keys of Unkey whose API, workspace or identity is gone or not enabled, or that are used up', async () => {
  const database = await foreign('mysql')
  const key = (id: string, facts: Record<string, string | number | boolean | null> = {}) => ({
    id,
    hash: hash(id, 'base64'),
    start: 'acme_8Dfb',
    identity_id: null,
    enabled: true,
    key_auth_id: 'ka_1',
    workspace_id: 'ws_1',
    for_workspace_id: null,
    remaining_requests: null,
    created_at_m: 1_767_323_045_000,
    ...facts,
  })
  const rows: Readonly<Record<string, Parameters<typeof fill>[4]>> = {
    keys: [
      key('live', { identity_id: 'id_1', remaining_requests: 5, refill_amount: 10 }),
      key('api_deleted', { key_auth_id: 'ka_2' }),
      key('api_gone', { key_auth_id: 'ka_3' }),
      key('keyspace_deleted', { key_auth_id: 'ka_4' }),
      key('keyspace_gone', { key_auth_id: 'ka_5' }),
      key('workspace_disabled', { workspace_id: 'ws_2' }),
      key('workspace_gone', { workspace_id: 'ws_3' }),
      key('for_workspace_disabled', { for_workspace_id: 'ws_2' }),
      key('identity_deleted', { identity_id: 'id_2' }),
      key('identity_gone', { identity_id: 'id_3' }),
      key('used_up', { remaining_requests: 0, refill_amount: 10 }),
    ],
    key_auth: [
      ...['ka_1', 'ka_2', 'ka_3'].map((id) => ({ id, workspace_id: 'ws_1', deleted_at_m: null })),
      { id: 'ka_4', workspace_id: 'ws_1', deleted_at_m: 1_767_323_045_000 },
    ],
    apis: [
      { id: 'api_1', key_auth_id: 'ka_1', ip_whitelist: null, deleted_at_m: null },
      { id: 'api_2', key_auth_id: 'ka_2', ip_whitelist: null, deleted_at_m: 1_767_323_045_000 },
      { id: 'api_4', key_auth_id: 'ka_4', ip_whitelist: null, deleted_at_m: null },
      { id: 'api_5', key_auth_id: 'ka_5', ip_whitelist: null, deleted_at_m: null },
    ],
    workspaces: [
      { id: 'ws_1', enabled: true, deleted_at_m: null },
      { id: 'ws_2', enabled: false, deleted_at_m: null },
    ],
    identities: [
      { id: 'id_1', external_id: 'acct_1', deleted: false },
      { id: 'id_2', external_id: 'acct_2', deleted: true },
    ],
    ratelimits: [{ id: 'rl_1', key_id: 'live', limit: 5 }],
  }
  for (const [table, columns] of Object.entries(UNKEY_PARENTS)) {
    await fill(database, 'mysql', table, columns, rows[table] ?? [])
  }
  const summary = await importAll('unkey', database.url)
  expect(summary).toMatchObject({ imported: 11, states: { active: 1, disabled: 10 } })
  expect(summary.notes).toEqual({
    'the rate limit is not taken over': 1,
    'the refill of uses is not taken over': 2,
    'the limit of uses is not taken over: remaining_requests': 1,
    'disabled because it is used up: remaining_requests': 1,
    'disabled because of keyspace_missing': 1,
    'disabled because of keyspace_deleted_at_m': 1,
    'disabled because of api_missing': 1,
    'disabled because of api_deleted_at_m': 1,
    'disabled because of workspace_missing': 1,
    'disabled because of workspace_enabled': 1,
    'disabled because of for_workspace_enabled': 1,
    'disabled because of identity_missing': 1,
    'disabled because of identity_deleted': 1,
  })
  expect((await idsByState()).active).toEqual(['live'])

  await database.run("update apis set ip_whitelist = '203.0.113.7' where id = 'api_1'")
  const again = await bearward('import', '--from', 'unkey', '--from-url', database.url, '--dry-run', '--json')
  expect(JSON.parse(again.stdout)).toMatchObject({ undecided: { api_ip_whitelist: 7 } })
})
