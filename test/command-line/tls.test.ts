import { chmodSync, chownSync, copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Server, startMariadb, startPostgres } from '@internal/services'
import { createConnection } from 'mysql2/promise'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Ran, runHere } from './programs.ts'

const certificates = join(import.meta.dirname, 'certificates')
const ca = join(certificates, 'ca.pem')
const otherCa = join(certificates, 'other-ca.pem')

/** The commands that reach a database, each by its own way to it. */
const COMMANDS = ['list', 'verify', 'issue', 'doctor', 'import'] as const

let cwd: string
const servers: Server[] = []
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'bearward-tls-'))
})
afterAll(async () => {
  for (const server of servers) await server.close()
  rmSync(cwd, { recursive: true })
})

async function started(server: Promise<Server>): Promise<Server> {
  servers.push(await server)
  return server
}

/** Runs a command on the database of an address; `import` reads from it. */
function bearward(name: (typeof COMMANDS)[number] | 'init', url: string): Promise<Ran> {
  const own = { BEARWARD_PREFIX: 'acme', BEARWARD_DATABASE_URL: url }
  const query = ['--query', 'select id, digest as sha256 from bearward_keys']
  const [argv, env] =
    name === 'import'
      ? [[name, '--from', 'plain', '--from-url', url, ...query], { ...own, BEARWARD_DATABASE_URL: 'keys.db' }]
      : [name === 'issue' ? [name, '--owner', 'a'] : [name], own]
  return runHere(argv, { cwd, env, stdin: 'not a token\n' })
}

const withUser = (url: string, user: string, host?: string): string => {
  const address = new URL(url)
  address.username = user
  if (host !== undefined) address.hostname = host
  return address.href
}

describe('MariaDB', () => {
  let encrypted: Server
  let wrongName: Server
  let clear: Server

  beforeAll(async () => {
    const tls = (name: string) => ({
      'ssl-ca': ca,
      'ssl-cert': join(certificates, `${name}.pem`),
      'ssl-key': join(certificates, `${name}.key`),
    })
    encrypted = await started(startMariadb({ settings: tls('server') }))
    wrongName = await started(startMariadb({ settings: tls('elsewhere') }))
    clear = await started(startMariadb({ settings: { 'skip-ssl': 1 } }))
    for (const server of [encrypted, wrongName, clear]) {
      const { code, stdout, stderr } = await bearward('init', server.url)
      expect({ code, stdout, stderr }).toMatchObject({ code: 0 })
      rmSync(join(cwd, 'bearward.config.json'))
    }
    // The server itself refuses this user in the clear.
    const connection = await createConnection(encrypted.url)
    await connection.query("create user tls@'%' require ssl")
    await connection.query("grant all on *.* to tls@'%'")
    await connection.end()
  })

  /** Connections that the server has seen encrypted. */
  async function acceptedTls(): Promise<number> {
    const connection = await createConnection(encrypted.url)
    const [rows] = await connection.query("show global status like 'Ssl_finished_accepts'")
    await connection.end()
    return Number((rows as { Value: string }[])[0]?.Value)
  }

  test.each([
    'ssl-mode=REQUIRED',
    'ssl_mode=REQUIRED',
    'sslMode=required',
    'sslmode=require',
    'useSSL=true',
    'requireSSL=true',
    'tls=skip-verify',
    'sslaccept=accept_invalid_certs',
    'ssl={"rejectUnauthorized":false}',
    'ssl-mode=PREFERRED',
    `ssl-mode=VERIFY_CA&ssl-ca=${ca}`,
    `ssl-mode=VERIFY_IDENTITY&ssl-ca=${ca}`,
    `useSSL=true&verifyServerCertificate=true&ssl-ca=${ca}`,
    `tls=true&ssl-ca=${ca}`,
    `ssl=true&ssl-ca=${ca}`,
  ])('%s is had', async (query) => {
    const before = await acceptedTls()
    const hosts = /IDENTITY|(?:tls|ssl)=true/.test(query) ? ['localhost'] : ['127.0.0.1', 'localhost']
    for (const host of hosts) {
      const { code, stderr } = await bearward('list', `${withUser(encrypted.url, 'tls', host)}?${query}`)
      expect({ host, code, stderr }).toEqual({ host, code: 0, stderr: '' })
    }
    expect(await acceptedTls()).toBeGreaterThan(before)
  })

  test.each(COMMANDS)('%s has it', async (name) => {
    const { code, stdout, stderr } = await bearward(name, `${withUser(encrypted.url, 'tls')}?ssl-mode=REQUIRED`)
    expect({ code: name === 'verify' ? code - 1 : code, stdout, stderr }).toMatchObject({ code: 0 })
    const without = await bearward(name, withUser(encrypted.url, 'tls'))
    expect(without.code).not.toBe(0)
    expect(without.stdout + without.stderr).toMatch(/access denied/i)
  })

  test.each(COMMANDS)('%s is refused by the name of the parameter where the server has none', async (name) => {
    for (const query of [
      'ssl-mode=REQUIRED',
      'sslmode=require',
      'useSSL=true',
      'sslaccept=strict',
      'tls=true',
      'ssl=true',
    ]) {
      const { code, stdout, stderr } = await bearward(name, `${withUser(clear.url, 'root', 'localhost')}?${query}`)
      expect([query, code]).toEqual([query, name === 'doctor' ? 1 : 4])
      expect(stdout + stderr).toContain(`has no TLS, which ${query} asks for`)
    }
  })

  test.each(['ssl-mode=PREFERRED', 'ssl-mode=DISABLED', 'tls=preferred', 'ssl=false'])(
    '%s goes on in the clear where the server has none',
    async (query) => expect(await bearward('list', `${clear.url}?${query}`)).toMatchObject({ code: 0 }),
  )

  test('ssl-mode=DISABLED asks for none', async () => {
    const before = await acceptedTls()
    expect(await bearward('list', `${encrypted.url}?ssl-mode=DISABLED`)).toMatchObject({ code: 0 })
    expect(await acceptedTls()).toBe(before)
  })

  test.each([
    'ssl-mode=VERIFY_CA',
    `ssl-mode=VERIFY_CA&ssl-ca=${otherCa}`,
    `ssl-mode=REQUIRED&ssl-ca=${otherCa}`,
    'sslaccept=strict',
    'ssl=true',
    'tls=true',
  ])('%s refuses a certificate that nobody it knows has signed', async (query) => {
    for (const name of ['list', 'import'] as const) {
      const { code, stderr } = await bearward(name, `${withUser(encrypted.url, 'root', 'localhost')}?${query}`)
      expect(code).toBe(4)
      expect(stderr).toMatch(/cannot be spoken with by TLS as (?:ssl-mode|sslaccept|ssl|tls)=/)
    }
  })

  test('a certificate of another host is refused where the host is to be checked, and there alone', async () => {
    const url = withUser(wrongName.url, 'root', 'localhost')
    expect(await bearward('list', `${url}?ssl-mode=VERIFY_CA&ssl-ca=${ca}`)).toMatchObject({ code: 0 })
    expect(await bearward('list', `${url}?ssl-mode=VERIFY_IDENTITY&ssl-ca=${ca}`)).toMatchObject({ code: 4 })
  })

  // The driver compares the certificate with `localhost` then, which both of these servers' certificates could name.
  test('a host that is given by its IP address cannot be checked, and is refused', async () => {
    const { code, stderr } = await bearward('list', `${encrypted.url}?ssl-mode=VERIFY_IDENTITY&ssl-ca=${ca}`)
    expect(code).toBe(3)
    expect(stderr).toContain('ssl-mode=VERIFY_IDENTITY and ssl-ca asks for a check of its name')
  })
})

describe('PostgreSQL', () => {
  let encrypted: Server
  let clear: Server
  let files: string

  beforeAll(async () => {
    files = mkdtempSync(join(tmpdir(), 'bearward-tls-pg-'))
    const access = join(files, 'pg_hba.conf')
    copyFileSync(join(certificates, 'server.pem'), join(files, 'server.pem'))
    copyFileSync(join(certificates, 'server.key'), join(files, 'server.key'))
    // The server itself refuses this user in the clear, and the other one encrypted.
    writeFileSync(
      access,
      'hostssl all tls 127.0.0.1/32 trust\nhostnossl all clear 127.0.0.1/32 trust\nhost all postgres 127.0.0.1/32 trust\n',
    )
    chmodSync(files, 0o755)
    chmodSync(join(files, 'server.key'), 0o600)
    // The server does not run as root, and takes a key of its own user alone.
    if (process.getuid?.() === 0) chownSync(join(files, 'server.key'), 65_534, 65_534)
    encrypted = await started(
      startPostgres({
        settings: {
          ssl: 'on',
          ssl_cert_file: join(files, 'server.pem'),
          ssl_key_file: join(files, 'server.key'),
          hba_file: access,
        },
      }),
    )
    clear = await started(startPostgres({ own: true }))
    for (const server of [encrypted, clear]) {
      expect(await bearward('init', server.url)).toMatchObject({ code: 0 })
      rmSync(join(cwd, 'bearward.config.json'))
    }
    const client = new pg.Client(encrypted.url)
    await client.connect()
    await client.query('create role tls superuser login; create role clear superuser login')
    await client.end()
  })
  afterAll(() => rmSync(files, { recursive: true }))

  test.each([
    'sslmode=no-verify',
    `sslmode=require&sslrootcert=${ca}`,
    `sslmode=verify-full&sslrootcert=${ca}`,
    `ssl=true&sslrootcert=${ca}`,
  ])('%s is had', async (query) => {
    for (const host of ['127.0.0.1', 'localhost']) {
      const { code, stderr } = await bearward('list', `${withUser(encrypted.url, 'tls', host)}?${query}`)
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    }
    expect(await bearward('list', `${withUser(encrypted.url, 'clear')}?${query}`)).toMatchObject({ code: 5 })
  })

  test.each(COMMANDS)('%s has it', async (name) => {
    const url = withUser(encrypted.url, 'tls')
    const { code, stdout, stderr } = await bearward(name, `${url}?sslmode=verify-full&sslrootcert=${ca}`)
    expect({ code: name === 'verify' ? code - 1 : code, stdout, stderr }).toMatchObject({ code: 0 })
    const without = await bearward(name, url)
    expect(without.stdout + without.stderr).toMatch(/may not be used without TLS|no encryption/)
  })

  test.each(COMMANDS)('%s is refused by the name of the parameter where the server has none', async (name) => {
    for (const query of ['sslmode=require', 'sslmode=prefer', 'sslmode=no-verify', 'ssl=true']) {
      const { code, stdout, stderr } = await bearward(name, `${clear.url}?${query}`)
      expect([query, code]).toEqual([query, name === 'doctor' ? 1 : 4])
      expect(stdout + stderr).toContain(`has no TLS, which ${query} asks for`)
    }
  })

  test.each(['sslmode=require', 'sslmode=verify-ca', `sslmode=verify-full&sslrootcert=${otherCa}`])(
    '%s refuses a certificate that nobody it knows has signed',
    async (query) => {
      for (const name of ['list', 'import'] as const) {
        const { code, stderr } = await bearward(name, `${encrypted.url}?${query}`)
        expect(code).toBe(4)
        expect(stderr).toContain('cannot be spoken with by TLS as sslmode=')
      }
    },
  )

  test('sslmode=disable asks for none', async () => {
    expect(await bearward('list', `${withUser(encrypted.url, 'clear')}?sslmode=disable`)).toMatchObject({ code: 0 })
    expect(await bearward('list', `${withUser(encrypted.url, 'tls')}?sslmode=disable`)).toMatchObject({ code: 5 })
  })

  describe('channel_binding=require', () => {
    const query = `sslmode=verify-full&sslrootcert=${ca}&channel_binding=require`

    test('is refused where the server asks for no password', async () => {
      const { code, stderr } = await bearward('list', `${withUser(encrypted.url, 'tls')}?${query}`)
      expect(code).toBe(4)
      expect(stderr).toContain('channel_binding=require')
    })

    test('is had where the password is proved by SCRAM', async () => {
      const client = new pg.Client(encrypted.url)
      await client.connect()
      await client.query("create role bound superuser login password 'S3CRET'")
      writeFileSync(
        join(files, 'pg_hba.conf'),
        'hostssl all bound 127.0.0.1/32 scram-sha-256\nhost all all 127.0.0.1/32 trust\n',
      )
      await client.query('select pg_reload_conf()')
      await client.end()
      const url = new URL(withUser(encrypted.url, 'bound'))
      url.password = 'S3CRET'
      await expect
        .poll(() => bearward('list', `${url}?${query}`), { timeout: 10_000 })
        .toMatchObject({ code: 0, stderr: '' })
      url.password = 'another'
      const { code, stderr } = await bearward('list', `${url}?${query}`)
      expect(code).toBe(5)
      expect(stderr).toContain('check the user and the password')
    })
  })
})
