import type { ServerAddress } from './address.ts'
import { mergeParts, type Parts, pairOf, readParameters, readPort } from './parameters.ts'
import { refusal, unreadable } from './refusal.ts'
import { serverAddress } from './server-address.ts'

/** `user:password@tcp(host:3306)/name?tls=true`, of go-sql-driver/mysql. The password is not encoded, and ends at the last `@`. */
const DSN = /^(?:(.*)@)?(tcp[46]?|unix)\(([^()@]*)\)\/([^/?@()]*)(?:\?([^?()]*))?$/s

/** @returns `undefined` when it is no such address */
export function readGo(text: string, cwd: string): ServerAddress | undefined {
  const [isDsn, userinfo = '', network, place = '', name = '', query = ''] = DSN.exec(text) ?? []
  if (isDsn === undefined) return undefined
  const colon = userinfo.indexOf(':')
  const user = colon === -1 ? userinfo : userinfo.slice(0, colon)
  const password = colon === -1 ? '' : userinfo.slice(colon + 1)
  const parts: Parts = {
    ...(user !== '' && { user }),
    ...(password !== '' && { password }),
    ...(name !== '' && { database: name }),
    ...(network === 'unix' ? { socket: place } : hostOf(place)),
  }
  return serverAddress('mysql', mergeParts(parts, readParameters('mysql', pairsOf(query), cwd)))
}

function hostOf(place: string): Parts {
  const [isHost, literal, name, port] = /^(?:\[([\da-f:.]+)\]|([^:[\]]+))(?::(\d+))?$/i.exec(place) ?? []
  if (isHost === undefined) throw refusal('has a host that cannot be read', 'write it as tcp(host:3306)')
  return { host: literal ?? name, ...(port !== undefined && { port: readPort(port) }) }
}

function pairsOf(query: string): ReturnType<typeof pairOf>[] {
  return query
    .split('&')
    .filter((each) => each !== '')
    .map((each) => {
      const [name = '', value = ''] = each.split(/=(.*)/s)
      try {
        return pairOf(name, decodeURIComponent(value))
      } catch {
        throw unreadable('a % of a parameter stands for nothing')
      }
    })
}
