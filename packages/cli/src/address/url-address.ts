import type { ServerAddress } from './address.ts'
import { mergeParts, type Pair, type Parts, pairOf, readParameters, readPort } from './parameters.ts'
import { refusal, unreadable } from './refusal.ts'
import { serverAddress } from './server-address.ts'

/**
 * Reads what stands behind `postgres://` or `mysql://`, by the rules of RFC 3986 and not by those of browsers: `:` and `@` may
 * stand in a password as they are, since the last `@` in front of the host ends it. A `/`, `?` or `#` there would make
 * the rest another part, so wherever an `@` shows that this has happened, the address is refused.
 *
 * @throws {Failure} that repeats nothing of it
 */
export function readUrl(kind: ServerAddress['kind'], text: string, cwd: string): ServerAddress {
  const end = text.search(/[/?#]/)
  const authority = end === -1 ? text : text.slice(0, end)
  const [before, query] = splitOnce(end === -1 ? '' : text.slice(end), '?')
  if (text.includes('#')) throw unreadable('it has a # in it')
  if (before.includes('@')) throw unreadable('there is an @ behind the host')
  const at = authority.lastIndexOf('@')
  const user = at === -1 ? {} : readUser(authority.slice(0, at))
  const place = readHost(authority.slice(at + 1))
  const [, name = ''] = /^\/?([^/]*)$/.exec(before) ?? [undefined, undefined]
  if (before.replace(/^\//, '').includes('/')) throw unreadable('there is a / behind the name')
  const parts = mergeParts(mergeParts(user, place), name === '' ? {} : { database: decoded(name, 'the name') })
  return serverAddress(kind, mergeParts(parts, readParameters(kind, readQuery(query), cwd)))
}

function readUser(userinfo: string): Parts {
  const [user, password] = splitOnce(userinfo, ':')
  return {
    ...(user !== '' && { user: decoded(user, 'the user') }),
    ...(password !== undefined && password !== '' && { password: decoded(password, 'the password') }),
  }
}

const HOST = /^(?:\[([\da-f:.]+(?:%25?[\w.-]+)?)\]|([^:[\]]*))(?::(\d*))?$/i

function readHost(text: string): Parts {
  if (text.includes(',')) throw refusal('names several hosts', 'give one of them: the one that takes writes')
  const [isHost, literal, name = '', port = ''] = HOST.exec(text) ?? []
  if (isHost === undefined) throw unreadable('its host and port are none')
  const host = literal?.replace('%25', '%') ?? decoded(name, 'the host')
  return {
    ...(host !== '' && (host.startsWith('/') ? { socket: host } : { host })),
    ...(port !== '' && { port: readPort(port) }),
  }
}

function readQuery(query: string | undefined): Pair[] {
  if (query === undefined || query === '') return []
  return query.split('&').flatMap((each) => {
    if (each === '') return []
    const [name, value = ''] = splitOnce(each, '=')
    const pair = pairOf(decoded(name, 'a parameter'), decoded(value, 'a parameter'))
    // To some clients a + is a blank, and to others it is not.
    if (/^(?:user|username|password)$/.test(pair.name) && value.includes('+')) throw unreadable('write a + as %2B')
    return [pair]
  })
}

/** @throws {Failure} for a `%` that encodes nothing */
function decoded(text: string, what: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw unreadable(`a % of ${what} stands for nothing`)
  }
}

function splitOnce(text: string, separator: string): [string, string | undefined] {
  const at = text.indexOf(separator)
  return at === -1 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)]
}
