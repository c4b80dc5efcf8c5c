import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileFailure } from '../failure.ts'
import type { Pair } from './parameters.ts'
import { refusal } from './refusal.ts'

/** How a server is to be spoken with. */
export interface TlsWish {
  /** `no`: in the clear. `prefer`: in the clear where the server has no TLS. `yes`: not at all without TLS. */
  readonly use: 'no' | 'prefer' | 'yes'
  /** What is checked of the server's certificate: nothing, who signed it, or also that it names the host. */
  readonly check: 'nothing' | 'signer' | 'host'
  /** PEM of who may sign; the runtime's list where there is none. */
  readonly ca?: string | undefined
  readonly cert?: string | undefined
  readonly key?: string | undefined
  readonly passphrase?: string | undefined
  readonly minVersion?: 'TLSv1.2' | 'TLSv1.3' | undefined
  /** The parameters that asked for it, as a message names them. */
  readonly asked: string
}

/** What one parameter says. Of several, the strictest counts, and a contradiction is refused. */
interface Claim extends Partial<Omit<TlsWish, 'asked'>> {
  /** What is checked where no parameter says `check`. */
  readonly presumed?: TlsWish['check']
}

/** What a value of a parameter means, by the value in lower case without `-`, `_` and blanks. */
type Meaning = Readonly<Record<string, Claim>> | Read

const NOTHING: Claim = {}
const OFF: Claim = { use: 'no' }
const PREFER: Claim = { use: 'prefer' }
const TLS: Claim = { use: 'yes' }
const PRESUMED_HOST: Claim = { use: 'yes', presumed: 'host' }
const ENCRYPT: Claim = { use: 'yes', check: 'nothing' }
const SIGNER: Claim = { use: 'yes', check: 'signer' }
const HOST: Claim = { use: 'yes', check: 'host' }
const TRUE = ['true', '1', 'yes', 'on']
const FALSE = ['false', '0', 'no', 'off']

function either(yes: Claim, no: Claim, more: Readonly<Record<string, Claim>> = {}): Readonly<Record<string, Claim>> {
  return { ...Object.fromEntries([...TRUE.map((v) => [v, yes]), ...FALSE.map((v) => [v, no])]), ...more }
}

type Read = (value: string, cwd: string, typed: string) => Claim | undefined

function file(part: 'ca' | 'cert' | 'key', presumed?: TlsWish['check']): Read {
  return (path, cwd, typed) => ({ use: 'yes', [part]: readPem(path, cwd, typed), ...(presumed && { presumed }) })
}

const MIN_VERSION: Meaning = {
  'tlsv1.2': { use: 'yes', minVersion: 'TLSv1.2' },
  'tlsv1.3': { use: 'yes', minVersion: 'TLSv1.3' },
}

const SSL = either(PRESUMED_HOST, OFF, { require: PRESUMED_HOST, required: PRESUMED_HOST, noverify: ENCRYPT })

/** Parameters that both kinds of server understand, by their name in lower case without `-` and `_`. */
const BOTH: Readonly<Record<string, Meaning>> = {
  // mysql2 takes an object in JSON.
  ssl: (value) => (value.startsWith('{') ? claimOfJson(value) : ownValue(SSL, folded(value))),
  rejectunauthorized: either({ check: 'host' }, { check: 'nothing' }),
  sslcert: file('cert'),
  sslkey: file('key'),
  sslpassword: (passphrase) => ({ passphrase }),
  // Prisma
  sslaccept: { strict: HOST, acceptinvalidcerts: ENCRYPT },
}

const postgresCa: Read = (value, cwd, typed) => (value === 'system' ? HOST : file('ca', 'host')(value, cwd, typed))

/**
 * PostgreSQL. `pg` takes every mode but `disable` and `no-verify` for `verify-full`, and so does this table: a mode that was
 * checked yesterday is not checked less today.
 */
const POSTGRES: Readonly<Record<string, Meaning>> = {
  ...BOTH,
  sslmode: {
    disable: OFF,
    disabled: OFF,
    allow: PRESUMED_HOST,
    prefer: PRESUMED_HOST,
    preferred: PRESUMED_HOST,
    require: PRESUMED_HOST,
    required: PRESUMED_HOST,
    verifyca: HOST,
    verifyfull: HOST,
    noverify: ENCRYPT,
  },
  sslminprotocolversion: MIN_VERSION,
  sslrootcert: postgresCa,
  sslca: postgresCa,
}

/** MySQL and MariaDB: each spelling means what the client that it comes from says, and `useSSL=true` is never less than TLS. */
const MYSQL: Readonly<Record<string, Meaning>> = {
  ...BOTH,
  // mysql, Connector/J, MariaDB Connector/J, MySqlConnector, libpq
  sslmode: {
    disabled: OFF,
    disable: OFF,
    none: OFF,
    preferred: PREFER,
    prefer: PREFER,
    allow: PREFER,
    required: TLS,
    require: TLS,
    trust: ENCRYPT,
    noverify: ENCRYPT,
    verifyca: SIGNER,
    verifyidentity: HOST,
    verifyfull: HOST,
  },
  // Connector/J before 8.0.13
  usessl: either(TLS, OFF),
  requiressl: either(TLS, NOTHING),
  verifyservercertificate: either(SIGNER, { check: 'nothing' }),
  trustservercertificate: either({ check: 'nothing' }, NOTHING),
  // Go
  tls: either(HOST, OFF, { skipverify: ENCRYPT, preferred: PREFER }),
  // MariaDB Connector/J
  serversslcert: file('ca', 'signer'),
  // As the mysql client does, and the names of libpq.
  sslca: file('ca', 'signer'),
  sslrootcert: file('ca', 'signer'),
}

const TABLES = { postgres: POSTGRES, mysql: MYSQL }

/** Parts that files and passwords fill: their values are not repeated in messages. */
const UNSAID = /^(?:sslrootcert|sslca|sslcert|sslkey|sslpassword|serversslcert|ssl)$/

/** Whether a parameter speaks of TLS. */
export function isOfTls(kind: 'postgres' | 'mysql', name: string): boolean {
  return Object.hasOwn(TABLES[kind], name)
}

/**
 * What the parameters of an address say of TLS, together.
 *
 * @throws {Failure} naming the parameter: a value that means nothing, a file that cannot be read, two that contradict
 */
export function readTls(kind: 'postgres' | 'mysql', pairs: readonly Pair[], cwd: string): TlsWish | undefined {
  if (pairs.length === 0) return undefined
  let all: Claim = {}
  let asked = ''
  for (const pair of pairs) {
    const claim = claimOf(kind, pair, cwd)
    const said = UNSAID.test(pair.name) && !/^[\w-]{1,9}$/.test(pair.value) ? pair.typed : `${pair.typed}=${pair.value}`
    all = together(all, claim, asked, said)
    asked = asked === '' ? said : `${asked} and ${said}`
  }
  const { use = all.check === 'signer' || all.check === 'host' ? 'yes' : undefined, presumed, ...rest } = all
  if (use === undefined) return undefined
  if (rest.cert !== undefined && rest.key === undefined)
    throw refusal('has a certificate of the client and no key', 'give sslkey')
  // MySQL's own clients check nothing unless they are told to; pg checks all.
  const check = rest.check ?? presumed ?? (kind === 'postgres' ? 'host' : 'nothing')
  return { ...rest, use, check: use === 'no' ? 'nothing' : check, asked }
}

function claimOf(kind: 'postgres' | 'mysql', { name, typed, value }: Pair, cwd: string): Claim {
  const meaning = TABLES[kind][name] as Meaning
  const claim = typeof meaning === 'function' ? meaning(value, cwd, typed) : ownValue(meaning, folded(value))
  if (claim !== undefined) return claim
  const values = typeof meaning === 'function' ? '' : `: ${Object.keys(meaning).join(', ')}`
  throw refusal(`has a value of ${typed} that is not understood`, `give one that is${values}, or take it out`)
}

function ownValue(meaning: Readonly<Record<string, Claim>>, value: string): Claim | undefined {
  return Object.hasOwn(meaning, value) ? meaning[value] : undefined
}

const CHECKS: readonly TlsWish['check'][] = ['nothing', 'signer', 'host']
const USES: readonly TlsWish['use'][] = ['prefer', 'yes']
/** What there can be one of. */
const PARTS = ['ca', 'cert', 'key', 'passphrase', 'minVersion'] as const

function together(one: Claim, other: Claim, asked: string, said: string): Claim {
  const uses = [one.use, other.use].filter((use) => use !== undefined)
  const checks = [one.check, other.check].filter((check) => check !== undefined)
  const isOff = uses.includes('no')
  const isTwice = PARTS.some(
    (part) => one[part] !== undefined && other[part] !== undefined && one[part] !== other[part],
  )
  if (isTwice || (isOff && new Set(uses).size > 1) || (new Set(checks).size > 1 && checks.includes('nothing'))) {
    throw refusal(`contradicts itself with ${asked} and ${said}`, 'take one of them out')
  }
  const use = isOff ? 'no' : USES.findLast((each) => uses.includes(each))
  const check = CHECKS.findLast((each) => checks.includes(each))
  const presumed = CHECKS.findLast((each) => each === one.presumed || each === other.presumed)
  return { ...one, ...other, ...(use && { use }), ...(check && { check }), ...(presumed && { presumed }) }
}

/** `{"rejectUnauthorized":true}`, as mysql2 takes it. */
function claimOfJson(text: string): Claim | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null) return undefined
  const { rejectUnauthorized = true, ca, cert, key, passphrase, ...others } = value as Record<string, unknown>
  const texts = { ca, cert, key, passphrase }
  const isReadable = Object.values(texts).every((each) => each === undefined || typeof each === 'string')
  if (typeof rejectUnauthorized !== 'boolean' || !isReadable || Object.keys(others).length > 0) return undefined
  const given = Object.entries(texts).filter(([, each]) => each !== undefined)
  return { ...(rejectUnauthorized ? PRESUMED_HOST : ENCRYPT), ...Object.fromEntries(given) }
}

function readPem(path: string, cwd: string, name: string): string {
  let text: string
  try {
    text = readFileSync(resolve(cwd, path), 'utf8')
  } catch (cause) {
    throw fileFailure(`the file of ${name}`, cause)
  }
  if (text.includes('-----BEGIN ')) return text
  throw refusal(`names a file for ${name} that is not PEM`, 'give one that begins with -----BEGIN')
}

function folded(value: string): string {
  return value.toLowerCase().replace(/[\s_-]/g, '')
}
