import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import type { DatabaseAddress } from '../src/address/address.ts'
import { readAddress } from '../src/address/read-address.ts'
import { Failure } from '../src/failure.ts'

const cwd = mkdtempSync(join(tmpdir(), 'bearward-address-'))
const PEM = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'
writeFileSync(join(cwd, 'ca.pem'), PEM)
writeFileSync(join(cwd, 'none.pem'), 'no PEM')
afterAll(() => rmSync(cwd, { recursive: true }))

const read = (text: string): DatabaseAddress => readAddress(text, cwd)

function refusalOf(text: string): string {
  try {
    read(text)
  } catch (error) {
    if (error instanceof Failure) return error.message
    throw error
  }
  throw new Error(`${text} is understood`)
}

const server = { user: 'u', password: 'S3CRET', host: 'h', port: 5432, database: 'db' }

describe('what was pasted around an address is taken off', () => {
  test.each([
    '"postgres://u:S3CRET@h:5432/db"',
    "'postgres://u:S3CRET@h:5432/db'",
    '`postgres://u:S3CRET@h:5432/db`',
    '´postgres://u:S3CRET@h:5432/db´',
    '“postgres://u:S3CRET@h:5432/db”',
    '„postgres://u:S3CRET@h:5432/db“',
    '‘postgres://u:S3CRET@h:5432/db’',
    '«postgres://u:S3CRET@h:5432/db»',
    '<postgres://u:S3CRET@h:5432/db>',
    '\\"postgres://u:S3CRET@h:5432/db\\"',
    '\ufeff postgres://u:S3CRET@h:5432/db\r\n',
    '\t" postgres://u:S3CRET@h:5432/db "\n',
    'DATABASE_URL=postgres://u:S3CRET@h:5432/db',
    'export DATABASE_URL="postgres://u:S3CRET@h:5432/db"',
    '"BEARWARD_DATABASE_URL = \'postgres://u:S3CRET@h:5432/db\'"',
    'DATABASE_URL: postgres://u:S3CRET@h:5432/db',
  ])('%j', (text) => expect(read(text)).toMatchObject({ kind: 'postgres', ...server }))

  test('a file too', () => expect(read("'keys.db'\n")).toMatchObject({ kind: 'sqlite', path: join(cwd, 'keys.db') }))

  test.each(['"', '""', ' ', '\n', "DATABASE_URL=''", '"postgres://u:S3CRET@h/db', "postgres://u:S3CRET@h/db'"])(
    'but %j is refused',
    (text) => expect(refusalOf(text)).not.toContain('S3CRET'),
  )
})

describe('forms of one address', () => {
  test.each<[string, Partial<DatabaseAddress>]>([
    ['postgresql://u:S3CRET@h:5432/db', { kind: 'postgres', ...server }],
    ['POSTGRES://u:S3CRET@h:5432/db', { kind: 'postgres', ...server }],
    ['postgresql+psycopg://u:S3CRET@h:5432/db', { kind: 'postgres', ...server }],
    ['pgsql://u:S3CRET@h:5432/db', { kind: 'postgres', ...server }],
    ['jdbc:postgresql://h:5432/db?user=u&password=S3CRET', { kind: 'postgres', ...server }],
    ['postgres:///?host=h&port=5432&dbname=db&user=u&password=S3CRET', { kind: 'postgres', ...server }],
    ['host=h port=5432 dbname=db user=u password=S3CRET', { kind: 'postgres', ...server }],
    ["user = 'u'  password='S3CRET' host=h port=5432 dbname='db' ", { kind: 'postgres', ...server }],
    ['mysql://u:S3CRET@h:5432/db', { kind: 'mysql', ...server }],
    ['mysql2://u:S3CRET@h:5432/db', { kind: 'mysql', ...server }],
    ['mariadb://u:S3CRET@h:5432/db', { kind: 'mysql', ...server }],
    ['mysql+pymysql://u:S3CRET@h:5432/db', { kind: 'mysql', ...server }],
    ['jdbc:mariadb://h:5432/db?user=u&password=S3CRET', { kind: 'mysql', ...server }],
    ['u:S3CRET@tcp(h:5432)/db', { kind: 'mysql', ...server }],
    ['u:S3CRET@tcp(h:5432)/db?charset=utf8mb4&parseTime=True&loc=Local', { kind: 'mysql', ...server }],
  ])('%s', (text, address) => expect(read(text)).toMatchObject(address))

  test.each<[string, Partial<DatabaseAddress>]>([
    ['postgres://', { kind: 'postgres', name: 'postgres://localhost' }],
    ['postgres://h', { host: 'h' }],
    ['postgres://u@/db', { user: 'u', database: 'db' }],
    ['postgres://[::1]:5432/db', { host: '::1', port: 5432, name: 'postgres://[::1]:5432/db' }],
    ['postgres://[fe80::1%25eth0]/db', { host: 'fe80::1%eth0' }],
    ['mysql://u@[2001:db8::1]/db', { host: '2001:db8::1' }],
    ['u@tcp([::1]:3306)/db', { host: '::1', port: 3306 }],
    ['postgres://%2Fvar%2Frun%2Fpostgresql/db', { socket: '/var/run/postgresql', host: undefined }],
    ['postgres:///db?host=/var/run/postgresql', { socket: '/var/run/postgresql', host: undefined }],
    [
      'mysql://u@localhost/db?socketPath=/run/mysqld/mysqld.sock',
      { socket: '/run/mysqld/mysqld.sock', host: undefined },
    ],
    ['u@unix(/run/mysqld/mysqld.sock)/db', { socket: '/run/mysqld/mysqld.sock' }],
    [
      'postgres://h/db?connect_timeout=3&application_name=x&options=-c%20search_path%3Dauth',
      { connectTimeoutMs: 3000, applicationName: 'x', options: '-c search_path=auth' },
    ],
    ['mysql://h/db?connectTimeout=3000', { connectTimeoutMs: 3000 }],
    ['postgres://bücher.example/db', { host: 'bücher.example' }],
    ['postgres://h/%C3%A4%20b', { database: 'ä b' }],
    ['postgres://h/db?sslmode=require&channel_binding=require', { channelBinding: 'require' }],
  ])('%s', (text, address) => expect(read(text)).toMatchObject(address))
})

describe('a password may have any character', () => {
  const odd = 'p@s:s/w?o#r%d &=+'
  test.each([
    ['encoded', `postgres://u:${encodeURIComponent(odd)}@h/db`, odd],
    ['in a parameter', `postgres://h/db?user=u&password=${encodeURIComponent(odd)}`, odd],
    ['of libpq', `host=h user=u dbname=db password='${odd}\\'\\\\'`, `${odd}'\\`],
    ['of Go', `u:${odd}@tcp(h)/db`, odd],
    ['with what need not be encoded', 'mysql://u:p@s:s&=+ w\\@h/db', 'p@s:s&=+ w\\'],
  ])('%s', (_, text, password) => expect(read(text)).toMatchObject({ user: 'u', password, host: 'h', database: 'db' }))

  // `S3` and `CRET` stand for the parts of a password on both sides of it.
  test.each([
    'postgres://u:S3/CRET@h/db',
    'postgres://u:S3?CRET@h/db',
    'postgres://u:S3#CRET@h/db',
    'postgres://u:S3%CRET@h/db',
    'postgres://u:12/CRET@h/db',
    'postgres://u:12?CRET=S3@h/db',
    'postgres://u:S3@CRET/S3@h/db',
    'postgres://u:S3@CRET?S3@h/db',
    'postgres://u:S3@CRET#S3@h/db',
    'postgres://h/db?user=u&password=S3&CRET',
    'postgres://h/db?user=u&password=S3&CRET=1',
    'postgres://h/db?user=u&password=S3+CRET',
    'mysql://u:S3CRET@/db',
    'mysql://u:S3CRET@h:x/db',
    'mysql://u:S3CRET@h:99999/db',
    'mysql://u:S3CRET@h:0/db',
    'mysql://u:S3CRET@h',
    'mysql://u:S3CRET@h1,h2/db',
    'mysql://u:S3CRET@address=(host=h)(port=1)/db',
    'host=h user=u password=S3 CRET',
    "host=h user=u password='S3CRET",
    'host=h user=u password=S3CRET S3CRET=1',
    'Server=h;Port=3306;Database=db;User Id=u;Password=S3CRET',
    'Host=h;Username=u;Password=S3CRET;Database=db',
    'Data Source=keys.db;Password=S3CRET',
    'jdbc:sqlserver://h;user=u;password=S3CRET',
    'jdbc:oracle:thin:u/S3CRET@h:1521/db',
    'jdbc:mysql:loadbalance://u:S3CRET@h1,h2/db',
    'u:S3CRET@h:5432/db',
    'u:S3CRET@/db',
    '//u:S3CRET@h/db',
    './u:S3CRET@h/db',
    '/u:S3CRET@h/db',
    'u/S3CRET@h',
    'redis://u:S3CRET@h',
    'mongodb+srv://u:S3CRET@h/db',
    'postgres:u:S3CRET@h/db',
    'postgres:/u:S3CRET@h/db',
    'psql "postgres://u:S3CRET@h/db"',
    'psql postgres://u:S3CRET@h/db',
    'mysql -u root -pS3CRET db',
    'PASSWORD=S3CRET postgres://h/db',
    'postgres://u:S3CRET@h/db\npostgres://u:S3CRET@h/db',
    'postgres://u:S3CRET@h/db;keys.db',
    '{"host":"h","password":"S3CRET"}',
    'file:keys.db?password=S3CRET',
    'sqlite:u:S3CRET@h/db',
    `postgres://u:S3CRET@${'h'.repeat(10_000)}/db`,
  ])('%s is refused, and nothing of it is shown', (text) => {
    const message = refusalOf(text)
    expect(message).toMatch(/^the address of the database /)
    expect(message).not.toMatch(/S3|CRET/)
  })
})

describe('what is not understood is refused by its name, where no password may be in it', () => {
  test.each([
    ['postgres://u@h/db?schema=public', 'schema'],
    ['mysql://u@h/db?multipleStatements=true', 'multipleStatements'],
    ['postgres://u@h/db?sslcrl=x', 'sslcrl'],
    ['postgres://u@h/db?target_session_attrs=read-write', 'target_session_attrs'],
    ['mysql://u@h/db?charset=latin1', 'charset'],
    ['postgres://u@h/db?client_encoding=latin1', 'client_encoding'],
    ['postgres://u@h:1/db?port=2', 'port'],
    ['file:keys.db?mode=x', 'mode'],
    ['redis://h', 'redis://'],
  ])('%s', (text, name) => expect(refusalOf(text)).toContain(name))
})

describe('files', () => {
  test.each<[string, string, string]>([
    ['keys.db', 'keys.db', 'rwc'],
    ['./a=b.db', 'a=b.db', 'rwc'],
    ['data/keys 2026.db', 'data/keys 2026.db', 'rwc'],
    ['sqlite:keys.db', 'keys.db', 'rwc'],
    ['sqlite://keys.db', 'keys.db', 'rwc'],
    ['jdbc:sqlite:keys.db', 'keys.db', 'rwc'],
    ['file:keys.db?mode=ro', 'keys.db', 'ro'],
    ['file:keys.db?mode=rw', 'keys.db', 'rw'],
    ['sqlite:keys.db?mode=ro', 'keys.db', 'ro'],
    ['file:a%20b%23.db', 'a b#.db', 'rwc'],
  ])('%s', (text, path, mode) => {
    expect(read(text)).toMatchObject({ kind: 'sqlite', path: join(cwd, path), mode })
  })

  test.each([
    ['/srv/keys.db', '/srv/keys.db'],
    ['sqlite:///srv/keys.db', '/srv/keys.db'],
    ['file:///srv/keys.db', '/srv/keys.db'],
    ['file://localhost/srv/keys.db', '/srv/keys.db'],
    [':memory:', ':memory:'],
    ['sqlite::memory:', ':memory:'],
    ['file:x?mode=memory', ':memory:'],
  ])('%s', (text, path) => expect(read(text)).toMatchObject({ kind: 'sqlite', path }))

  test
    .skipIf(process.platform === 'win32')
    .each([
      'C:\\x\\keys.db',
      'C:/x/keys.db',
      'file:C:\\x\\keys.db',
      'file:///C:/x/keys.db',
      'x\\keys.db',
      '~/keys.db',
      'folder/',
      'file:keys.db?cache=shared',
      'file:keys.db?mode=ro&mode=rw',
      'file:',
      'file:%00',
      'keys.db?mode=ro',
      'keys\u0000.db',
    ])('%j is refused', (text) => expect(refusalOf(text)).toMatch(/^the address of the database /))
})

describe('TLS', () => {
  const tlsOf = (text: string): unknown => {
    const address = read(text)
    return address.kind === 'sqlite' ? undefined : address.tls
  }

  test.each<[string, string, string]>([
    ['ssl-mode=DISABLED', 'no', 'nothing'],
    ['ssl-mode=PREFERRED', 'prefer', 'nothing'],
    ['ssl-mode=REQUIRED', 'yes', 'nothing'],
    ['ssl-mode=VERIFY_CA', 'yes', 'signer'],
    ['ssl-mode=VERIFY_IDENTITY', 'yes', 'host'],
    ['ssl_mode=required', 'yes', 'nothing'],
    ['sslMode=VERIFY_IDENTITY', 'yes', 'host'],
    ['SslMode=VerifyFull', 'yes', 'host'],
    ['SSLMODE=Verify-CA', 'yes', 'signer'],
    ['sslmode=require', 'yes', 'nothing'],
    ['sslmode=verify-full', 'yes', 'host'],
    ['sslMode=trust', 'yes', 'nothing'],
    ['useSSL=true', 'yes', 'nothing'],
    ['useSSL=false', 'no', 'nothing'],
    ['requireSSL=true', 'yes', 'nothing'],
    ['useSSL=true&requireSSL=true&verifyServerCertificate=true', 'yes', 'signer'],
    ['verifyServerCertificate=true', 'yes', 'signer'],
    ['useSSL=true&verifyServerCertificate=false', 'yes', 'nothing'],
    ['sslaccept=strict', 'yes', 'host'],
    ['sslaccept=accept_invalid_certs', 'yes', 'nothing'],
    ['tls=true', 'yes', 'host'],
    ['tls=skip-verify', 'yes', 'nothing'],
    ['tls=preferred', 'prefer', 'nothing'],
    ['tls=false', 'no', 'nothing'],
    ['ssl=true', 'yes', 'host'],
    ['ssl=1', 'yes', 'host'],
    ['ssl=0', 'no', 'nothing'],
    ['ssl={}', 'yes', 'host'],
    ['ssl={"rejectUnauthorized":true}', 'yes', 'host'],
    [`ssl=${encodeURIComponent('{"rejectUnauthorized":false}')}`, 'yes', 'nothing'],
    ['ssl=true&rejectUnauthorized=false', 'yes', 'nothing'],
    ['ssl-ca=ca.pem', 'yes', 'signer'],
    ['ssl-mode=REQUIRED&ssl-ca=ca.pem', 'yes', 'signer'],
    ['ssl-mode=VERIFY_IDENTITY&sslrootcert=ca.pem', 'yes', 'host'],
    ['ssl-mode=REQUIRED&ssl-mode=REQUIRED', 'yes', 'nothing'],
    ['ssl-mode=REQUIRED&sslmode=VERIFY_CA', 'yes', 'signer'],
    ['ssl-mode=PREFERRED&useSSL=true', 'yes', 'nothing'],
  ])('MySQL: %s', (query, use, check) => {
    expect(tlsOf(`mysql://u:p@h/db?${query}`)).toMatchObject({ use, check })
    expect(tlsOf(`u:p@tcp(h)/db?${query}`)).toMatchObject({ use, check })
  })

  test.each<[string, string, string]>([
    ['sslmode=disable', 'no', 'nothing'],
    ['sslmode=prefer', 'yes', 'host'],
    ['sslmode=require', 'yes', 'host'],
    ['sslmode=verify-ca', 'yes', 'host'],
    ['sslmode=verify-full', 'yes', 'host'],
    ['sslmode=no-verify', 'yes', 'nothing'],
    ['sslmode=require&sslaccept=accept_invalid_certs', 'yes', 'nothing'],
    ['ssl=true', 'yes', 'host'],
    ['ssl=false', 'no', 'nothing'],
    ['ssl=no-verify', 'yes', 'nothing'],
    ['sslrootcert=ca.pem', 'yes', 'host'],
    ['sslrootcert=system', 'yes', 'host'],
    ['sslcert=ca.pem&sslkey=ca.pem', 'yes', 'host'],
    ['ssl_min_protocol_version=TLSv1.3', 'yes', 'host'],
  ])('PostgreSQL: %s', (query, use, check) => {
    expect(tlsOf(`postgres://u:p@h/db?${query}`)).toMatchObject({ use, check })
  })

  test('nothing that speaks of TLS asks for none', () => {
    expect(tlsOf('mysql://u@h/db?charset=utf8mb4')).toBeUndefined()
    expect(tlsOf('mysql://u@h/db?requireSSL=false')).toBeUndefined()
    expect(tlsOf('postgres://u@h/db')).toBeUndefined()
  })

  test('files are read from the current folder', () => {
    expect(tlsOf('postgres://h/db?sslrootcert=ca.pem')).toMatchObject({ ca: PEM, asked: 'sslrootcert' })
    expect(tlsOf(`host=h sslmode=verify-full sslrootcert=${join(cwd, 'ca.pem')}`)).toMatchObject({ ca: PEM })
  })

  test.each([
    ['mysql://h/db?ssl-mode=REQUIRE_ALL', 'ssl-mode'],
    ['mysql://h/db?ssl-mode=', 'ssl-mode'],
    ['mysql://h/db?ssl-mode', 'ssl-mode'],
    ['mysql://h/db?tls=custom', 'tls'],
    ['mysql://h/db?ssl=Amazon%20RDS', 'ssl'],
    ['mysql://h/db?ssl={"rejectUnauthorized":"no"}', 'ssl'],
    ['mysql://h/db?ssl={"checkServerIdentity":false}', 'ssl'],
    ['mysql://h/db?ssl={', 'ssl'],
    ['mysql://h/db?ssl=null', 'ssl'],
    ['mysql://h/db?ssl-mode=toString', 'ssl-mode'],
    ['mysql://h/db?useSSL=true&ssl-mode=DISABLED', 'useSSL=true'],
    ['mysql://h/db?ssl-mode=DISABLED&ssl-mode=REQUIRED', 'ssl-mode=DISABLED'],
    ['mysql://h/db?ssl-mode=DISABLED&ssl-ca=ca.pem', 'ssl-ca'],
    ['mysql://h/db?ssl-mode=VERIFY_CA&rejectUnauthorized=false', 'rejectUnauthorized=false'],
    ['mysql://h/db?ssl-ca=none.pem', 'ssl-ca'],
    ['postgres://h/db?sslmode=verify_fully', 'sslmode'],
    ['postgres://h/db?sslrootcert=none.pem', 'sslrootcert'],
    ['postgres://h/db?sslcert=ca.pem', 'sslkey'],
    ['postgres://h/db?tls=true', 'tls'],
    ['postgres://h/db?useSSL=true', 'useSSL'],
    ['postgres://h/db?ssl_min_protocol_version=SSLv3', 'ssl_min_protocol_version'],
    ['postgres:///db?host=/run/pg&sslmode=require', 'sslmode=require'],
  ])('%s is refused by the name of its parameter', (text, name) => expect(refusalOf(text)).toContain(name))

  test('a file that is not there is refused by the name of its parameter', () => {
    expect(() => read('mysql://h/db?ssl-ca=no/such.pem')).toThrow('the file of ssl-ca is not there')
  })
})
