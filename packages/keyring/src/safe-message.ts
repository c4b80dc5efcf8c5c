/** Characters of a message that is passed on. */
const MAX_LENGTH = 1000
/** Errors of an error that are looked at: of one address after another, or what caused it. */
const MAX_ERRORS = 5

/** User and password between a scheme and a host, also where they are written without being encoded. */
const IN_ADDRESS = /\/\/[^\s"'`]*@/g
/** An address that was cut, perhaps in the middle of its password. */
const CUT_ADDRESS = /\/\/[^\s"'`]*$/
/** A password that has a name: `password=x`, `PWD: "x y"`. */
const NAMED = /\b(pass(?:word|wd)?|pwd)(\s*[=:]\s*)("[^"]*"|'[^']*'|[^\s,;&)]+)/gi

/**
 * The words of an error that a store or a channel has thrown, without passwords. The error itself is not passed on: drivers
 * leave addresses and commands in its properties.
 */
export function safeMessage(error: unknown): string {
  const words = new Set(wordsOf(error, new Set()))
  const text = [...words].join(': ')
  const isCut = text.length > MAX_LENGTH
  const kept = text.slice(0, MAX_LENGTH).replace(IN_ADDRESS, '//***@').replace(NAMED, '$1$2***')
  return isCut ? `${kept.replace(CUT_ADDRESS, '//***')}…` : kept
}

function wordsOf(error: unknown, seen: Set<unknown>): string[] {
  if (seen.size >= MAX_ERRORS || seen.has(error)) return []
  seen.add(error)
  if (typeof error !== 'object' || error === null) return [typeof error === 'string' ? error : 'no error was given']
  const { message, code, errors, cause } = error as {
    message?: unknown
    code?: unknown
    errors?: unknown
    cause?: unknown
  }
  const own = typeof message === 'string' && message !== '' ? message : typeof code === 'string' ? code : ''
  const inner = Array.isArray(errors) ? errors.flatMap((each) => wordsOf(each, seen)) : []
  const before = cause === undefined ? [] : wordsOf(cause, seen)
  // A message that repeats its cause says it once.
  const all = [own, ...inner, ...before.filter((each) => !own.includes(each))].filter((each) => each !== '')
  return all.length > 0 ? all : ['no message was given']
}

/** What usually helps, by what drivers say. */
const ADVICE: readonly (readonly [RegExp, string])[] = [
  [
    /ECONNREFUSED|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ECONNRESET|ENOENT/,
    'check that it runs, and the host and port of its address',
  ],
  [
    /Invalid URL|ERR_INVALID_URL/i,
    'write its address as postgres://user:password@host:5432/database, with special characters encoded',
  ],
  [
    /password authentication failed|Access denied for user|WRONGPASS|NOAUTH|no pg_hba\.conf entry|SASL/i,
    'check the user and the password of its address',
  ],
  [/database "[^"]*" does not exist|Unknown database/i, 'create the database, or check its name in the address'],
  [/certificate|SSL|TLS/i, 'check the TLS settings of its address'],
  [/did not answer|took longer|timeout|timed out/i, 'check that it runs, and that its pool has free connections'],
]

/** What to do about an error; empty where its own words are all that is known. */
export function adviceOn(message: string): string {
  return ADVICE.find(([words]) => words.test(message))?.[1] ?? ''
}
