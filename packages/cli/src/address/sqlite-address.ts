import { resolve } from 'node:path'
import type { SqliteAddress } from './address.ts'
import { refusal, unreadable } from './refusal.ts'

/** Characters of a name that is a file's without a doubt. */
const PLAIN = process.platform === 'win32' ? /^[\p{L}\p{M}\p{N} ._/\\+,~!^-]+$/u : /^[\p{L}\p{M}\p{N} ._/+,~!^-]+$/u

/** A path that says that it is one may have any character, but not look like an address. */
const SAYS_SO = /^(?:\.{0,2}[/\\]|~[/\\]|[a-z]:[/\\])/i
const LOOKS_LIKE_ADDRESS = /:.*@|(?:password|passwd|pwd|user|uid)\s*=|^[/\\]{2}/i

/** A command line of a client, such as `mysql -u root`. */
const HAS_OPTION = /\s-/

/**
 * The file that a path names. A path that may be an address of another form is refused: it would become the name of a
 * file, with the password in it.
 */
export function readPath(text: string, cwd: string): SqliteAddress {
  if (text === ':memory:') return { kind: 'sqlite', path: text, mode: 'rwc', name: text }
  if (!SAYS_SO.test(text) && (!PLAIN.test(text) || HAS_OPTION.test(text)))
    throw refusal('is of no form that is understood')
  return fileAt(text, cwd)
}

function fileAt(text: string, cwd: string): SqliteAddress {
  const isDrive = /^[a-z]:[/\\]/i.test(text)
  if (process.platform !== 'win32' && (isDrive || text.includes('\\')))
    throw refusal('is a path of Windows', 'give one of this system')
  if (LOOKS_LIKE_ADDRESS.test(isDrive ? text.slice(2) : text)) throw refusal('is of no form that is understood')
  if (/^~[/\\]?/.test(text)) throw refusal('begins with ~, which shells alone understand', 'write the path in full')
  if (/[/\\]$/.test(text)) throw refusal('is a folder', 'name a file in it')
  return { kind: 'sqlite', path: resolve(cwd, text), mode: 'rwc', name: text }
}

/**
 * Reads what stands behind `sqlite:` or `file:`, as SQLite reads it: `keys.db`, `./keys.db`, `/srv/keys.db`, `///srv/keys.db`, and
 * behind a `?` the mode.
 *
 * @see https://www.sqlite.org/uri.html
 */
export function readSqliteUri(text: string, cwd: string): SqliteAddress {
  const [place = '', query] = text.split(/\?(.*)/s)
  if (text.includes('#')) throw unreadable('it has a # in it; %23 is one')
  const path = place.replace(/^\/\/(?:localhost(?=\/))?/i, '')
  const typed = path.replace(/^\/(?=[a-z]:)/i, '')
  const { mode, memory } = readMode(query)
  if (typed === ':memory:' || memory) return { kind: 'sqlite', path: ':memory:', mode: 'rwc', name: ':memory:' }
  let decoded: string
  try {
    decoded = decodeURIComponent(typed)
  } catch {
    throw unreadable('a % stands for nothing')
  }
  if (decoded === '' || /\p{Cc}/u.test(decoded)) throw refusal('names no file')
  return { ...fileAt(decoded, cwd), mode }
}

const MODES: Readonly<Record<string, SqliteAddress['mode']>> = { ro: 'ro', rw: 'rw', rwc: 'rwc' }

function readMode(query: string | undefined): { mode: SqliteAddress['mode']; memory: boolean } {
  let mode: string | undefined
  for (const each of (query ?? '').split('&').filter((each) => each !== '')) {
    const [name = '', value = ''] = each.split(/=(.*)/s)
    if (name !== 'mode') throw refusal('has a parameter behind the file that is not understood', 'there is mode')
    if (mode !== undefined && mode !== value) throw refusal('names two values for mode', 'give one')
    if (value !== 'memory' && !Object.hasOwn(MODES, value)) {
      throw refusal('has a value of mode that is not understood', 'there are ro, rw, rwc and memory')
    }
    mode = value
  }
  return { mode: MODES[mode ?? 'rwc'] ?? 'rwc', memory: mode === 'memory' }
}
