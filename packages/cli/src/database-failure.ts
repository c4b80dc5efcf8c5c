import type { DatabaseAddress, ServerAddress } from './address/address.ts'
import { Failure } from './failure.ts'

/** A cause by which a database cannot be used, told apart by what drivers say: there is no code that all of them share. */
interface Cause {
  /** Looked for in the code and the first line of the message. */
  readonly said: RegExp
  readonly ending: 'denied' | 'unreachable'
  /** Between the name of the database and the driver's own words. */
  readonly what: string
  readonly mend: string
}

const CAUSES: readonly Cause[] = [
  {
    said: /ER_SECURE_TRANSPORT_REQUIRED|no encryption$|SSL off$|\(insecure\) connections/i,
    ending: 'denied',
    what: 'may not be used without TLS',
    mend: 'ask for TLS in its address, by sslmode or ssl-mode',
  },
  {
    said: /^28P01|^28000|ER_ACCESS_DENIED_ERROR|authentication failed|password must be a string/i,
    ending: 'denied',
    what: 'may not be used',
    mend: 'check the user and the password in its address',
  },
  {
    said: /^3D000|ER_BAD_DB_ERROR|database "[^"]*" does not exist|unknown database/i,
    ending: 'denied',
    what: 'may not be used',
    mend: 'make it, or change the name in its address',
  },
  {
    said: /^42501|ER_DBACCESS_DENIED|ER_TABLEACCESS_DENIED|ER_COLUMNACCESS_DENIED|permission denied|command denied|access denied/i,
    ending: 'denied',
    what: 'may not be used',
    mend: 'grant its user what is missing',
  },
  {
    said: /SQLITE_(?:CANTOPEN|READONLY|PERM)|unable to open|cannot open|readonly/i,
    ending: 'denied',
    what: 'may not be used',
    mend: 'check that it is there, and what you may do with it',
  },
  { said: /file is not a database/, ending: 'unreachable', what: 'is none', mend: 'check its address' },
  {
    said: /ENOTFOUND|EAI_AGAIN/,
    ending: 'unreachable',
    what: 'does not answer: its host is not known',
    mend: 'check the host in its address',
  },
]

const OTHER: Omit<Cause, 'said'> = {
  ending: 'unreachable',
  what: 'does not answer',
  mend: 'check that it runs, and its address',
}

/**
 * An error of a driver, as one line.
 *
 * @param name of the database, as a message calls it: `the database`
 * @param address to name the parameters that asked for TLS, and to keep the password out of what a server repeats
 * @returns the error itself when no driver has thrown it: a defect must not pass for an outage
 */
export function databaseFailure(name: string, error: unknown, address?: DatabaseAddress): unknown {
  if (error instanceof Failure || isDefect(error)) return error
  const line = withoutPassword(lineOf(error), address)
  const tls = address?.kind === 'sqlite' || address?.tls?.use === 'no' ? undefined : address?.tls
  if (tls !== undefined && isOfTls(error, line)) return tlsFailure(name, error, line, tls)
  const { ending, what, mend } = causeOf(error) ?? OTHER
  return new Failure(ending, `${name} ${what}: ${line}`, mend, { cause: error })
}

function causeOf(error: unknown): Cause | undefined {
  const { code = '' } = innermost(error) as { code?: string | number }
  const text = `${code} ${lineOf(error)}`
  return CAUSES.find(({ said }) => said.test(text))
}

/** Whether a database is not there, or not for the user that asks. */
export function isDenied(error: unknown): boolean {
  return causeOf(error)?.ending === 'denied'
}

/** The first line of what a driver says. */
export function lineOf(error: unknown): string {
  const { message, code } = innermost(error) as { message?: string; code?: unknown }
  return (message || String(code ?? error)).split('\n')[0] ?? ''
}

/** Where a host has several addresses, the runtime says of none of them why it did not answer. */
function innermost(error: unknown): unknown {
  return error instanceof AggregateError && error.message === '' ? (error.errors[0] ?? error) : error
}

const NO_TLS = /HANDSHAKE_NO_SSL_SUPPORT|does not support SSL/
const TLS_ERROR =
  /HANDSHAKE_SSL_ERROR|certificate|CERT_|_CERT|ERR_SSL|ERR_TLS|\bEPROTO\b|\b(?:ssl|tls)\b|UNABLE_TO_|PEM routines|unable to verify/i

/** What a server sends as an error came through whatever TLS there was. */
function isOfTls(error: unknown, line: string): boolean {
  const { code, severity, sqlState } = error as { code?: string | number; severity?: unknown; sqlState?: unknown }
  if (severity !== undefined || sqlState !== undefined) return false
  return NO_TLS.test(`${code} ${line}`) || TLS_ERROR.test(`${code} ${line}`)
}

function tlsFailure(name: string, error: unknown, line: string, tls: NonNullable<ServerAddress['tls']>): Failure {
  const { code } = error as { code?: string | number }
  if (NO_TLS.test(`${code} ${line}`)) {
    const what = `${name} has no TLS, which ${tls.asked} asks for`
    return new Failure('unreachable', what, 'turn it on at the server, or take the parameter out', { cause: error })
  }
  const what = `${name} cannot be spoken with by TLS as ${tls.asked} asks for: ${line}`
  const mend = 'name the file of who signed its certificate by sslrootcert or ssl-ca, or ask for less'
  return new Failure('unreachable', what, mend, { cause: error })
}

/** Shorter ones stand in ordinary words. */
const SHORTEST_PASSWORD = 3

function withoutPassword(line: string, address: DatabaseAddress | undefined): string {
  const password = address?.kind === 'sqlite' ? undefined : address?.password
  return password === undefined || password.length < SHORTEST_PASSWORD ? line : line.replaceAll(password, '…')
}

/** Drivers give their errors a code, or throw a plain `Error`. */
function isDefect(error: unknown): boolean {
  const isOfTheLanguage = [TypeError, RangeError, ReferenceError, SyntaxError].some((kind) => error instanceof kind)
  return isOfTheLanguage && (error as { code?: unknown }).code === undefined
}
