import type { ServerAddress } from './address.ts'
import { type Pair, pairOf, readParameters } from './parameters.ts'
import { refusal } from './refusal.ts'
import { serverAddress } from './server-address.ts'

/** Words with which libpq's `key=value` form begins; a file is hardly called so. */
const FIRST = /^(?:host|hostaddr|port|dbname|user|password|service|sslmode|application_name|connect_timeout)\s*=/i

/** One pair: the value bare, with `\` before what is special, or in single quotes. https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-KEYWORD-VALUE */
const PAIR = /\s*([a-z_]+)\s*=\s*(?:'((?:[^'\\]|\\.)*)'|((?:[^\s'\\]|\\.)*))(?=\s|$)/gy

/**
 * Reads `host=h dbname=d user=u password='p'` of libpq.
 *
 * @returns `undefined` when it is no such address
 * @throws {Failure} when it cannot be read
 */
export function readKeywords(text: string, cwd: string): ServerAddress | undefined {
  if (!FIRST.test(text) || text.includes(';')) return undefined
  const pairs: Pair[] = []
  let end = 0
  for (const { 0: pair, index, 1: name = '', 2: quoted, 3: bare = '' } of text.matchAll(PAIR)) {
    pairs.push(pairOf(name, (quoted ?? bare).replace(/\\(.)/gs, '$1')))
    end = index + pair.length
  }
  if (text.slice(end).trim() !== '') {
    throw refusal('cannot be read', "write each part as key=value, and a value with blanks in it as key='value'")
  }
  return serverAddress('postgres', readParameters('postgres', pairs, cwd))
}
