import type { ServerAddress } from './address.ts'
import { refusal } from './refusal.ts'
import { isOfTls, readTls } from './tls.ts'

/** A parameter of an address. */
export interface Pair {
  /** In lower case without `-` and `_`: spellings differ between clients in nothing else. */
  readonly name: string
  /** As it was typed. */
  readonly typed: string
  readonly value: string
}

/** The parts of an address before they are put together. */
export type Parts = Partial<Omit<ServerAddress, 'kind' | 'name'>>

/** Parameters that name a part. */
const PARTS: Readonly<Record<string, 'user' | 'password' | 'host' | 'port' | 'database' | 'socket'>> = {
  user: 'user',
  username: 'user',
  password: 'password',
  host: 'host',
  port: 'port',
  dbname: 'database',
  database: 'database',
  socket: 'socket',
  socketpath: 'socket',
  unixsocket: 'socket',
}

/** Parameters that this program has no need of, with the values that ask for nothing that would be missed; `any` for all. */
const NEEDLESS: Readonly<Record<'postgres' | 'mysql', Readonly<Record<string, RegExp>>>> = {
  postgres: {
    channelbinding: /^(?:disable|prefer)$/i,
    clientencoding: /^(?:auto|utf-?8|unicode)$/i,
    gssencmode: /^(?:disable|prefer)$/i,
    targetsessionattrs: /^any$/i,
    sslsni: /^1$/,
    sslcompression: /^0$/,
    ...anyOf('pgbouncer', 'connectionlimit', 'pooltimeout', 'statementcachesize', 'fallbackapplicationname'),
    ...anyOf('keepalives', 'keepalivesidle', 'keepalivesinterval', 'keepalivescount', 'tcpkeepalive'),
  },
  mysql: {
    charset: /^utf-?8(?:mb4)?(?:_\w+)?$/i,
    characterencoding: /^utf-?8(?:mb4)?$/i,
    collation: /^utf8mb4_\w+$/i,
    useunicode: /^(?:true|1)$/i,
    allowpublickeyretrieval: /^(?:true|1)$/i,
    allownativepasswords: /^(?:true|1)$/i,
    // Times are stored as numbers.
    ...anyOf('servertimezone', 'timezone', 'parsetime', 'loc', 'zerodatetimebehavior'),
    ...anyOf('connectionlimit', 'pooltimeout', 'autoreconnect', 'rewritebatchedstatements'),
  },
}

function anyOf(...names: string[]): Record<string, RegExp> {
  return Object.fromEntries(names.map((name) => [name, /^[\w ./:+-]*$/]))
}

/** A parameter of these is a name of ours, and not a part of somebody's password. */
const NAME = /^[a-z][a-z_-]{1,40}$/i

/** Makes a pair out of what stands on both sides of a `=`. */
export function pairOf(typed: string, value: string): Pair {
  return { name: typed.toLowerCase().replace(/[_-]/g, ''), typed, value }
}

/** Whether a parameter of this name is understood. */
function isKnown(kind: 'postgres' | 'mysql', { name }: Pair): boolean {
  const isPart = Object.hasOwn(PARTS, name) || name === 'connecttimeout'
  const isOfPostgres = kind === 'postgres' && (name === 'applicationname' || name === 'options')
  return isPart || isOfPostgres || Object.hasOwn(NEEDLESS[kind], name) || isOfTls(kind, name)
}

/**
 * The parts that parameters name.
 *
 * @throws {Failure} for a parameter or a value that is not understood. It is named where no password can be a part of it
 */
export function readParameters(kind: 'postgres' | 'mysql', pairs: readonly Pair[], cwd: string): Parts {
  // A password that was cut at the wrong place may look like a parameter.
  const mayHoldPassword = pairs.some(({ name, value }) => /password$/.test(name) || value.includes('@'))
  let parts: Parts = {}
  for (const pair of pairs) {
    if (!isKnown(kind, pair)) {
      const isSafe = !mayHoldPassword && NAME.test(pair.typed)
      throw refusal(`has a parameter that is not understood${isSafe ? `: ${pair.typed}` : ''}`, 'take it out')
    }
    if (!isOfTls(kind, pair.name)) parts = mergeParts(parts, partsOf(kind, pair))
  }
  const tls = readTls(
    kind,
    pairs.filter(({ name }) => isOfTls(kind, name)),
    cwd,
  )
  return { ...parts, ...(tls && { tls }) }
}

/** @throws {Failure} when both name a part, and not the same */
export function mergeParts(one: Parts, other: Parts): Parts {
  for (const name of Object.keys(other) as (keyof Parts)[]) {
    const [first, second] = [one[name], other[name]]
    if (first !== undefined && second !== undefined && first !== second) {
      throw refusal(`names two values for the ${PART_NAMES[name] ?? name}`, 'give one')
    }
  }
  const given = Object.entries(other).filter(([, value]) => value !== undefined)
  return { ...one, ...Object.fromEntries(given) }
}

const PART_NAMES: Partial<Record<keyof Parts, string>> = {
  connectTimeoutMs: 'connect timeout',
  applicationName: 'application name',
}

function partsOf(kind: 'postgres' | 'mysql', { name, typed, value }: Pair): Parts {
  const part = PARTS[name]
  if (part === 'port') return { port: readPort(value) }
  if (part === 'host') return value.startsWith('/') ? { socket: value } : { host: value }
  if (part !== undefined) return { [part]: value }
  if (name === 'applicationname') return { applicationName: value }
  if (name === 'options') return { options: value }
  if (kind === 'postgres' && name === 'channelbinding' && value === 'require') return { channelBinding: 'require' }
  if (name === 'connecttimeout') {
    // Clients of MySQL that write it in camel case count milliseconds; all others count seconds.
    const unit = kind === 'mysql' && !/[_-]/.test(typed) ? 1 : 1000
    if (/^\d{1,7}$/.test(value)) return value === '0' ? {} : { connectTimeoutMs: Number(value) * unit }
  } else if (NEEDLESS[kind][name]?.test(value)) return {}
  throw refusal(`has a value of ${typed} that is not understood`, 'change it, or take it out')
}

/** @throws {Failure} when it is none */
export function readPort(text: string): number {
  const port = Number(text)
  if (/^\d{1,5}$/.test(text) && port >= 1 && port <= 65_535) return port
  throw refusal('has a port that is no number from 1 to 65535', 'change it, or encode a : of the password as %3A')
}
