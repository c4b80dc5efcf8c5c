import { isIP } from 'node:net'
import type { ServerAddress } from './address.ts'
import type { Parts } from './parameters.ts'
import { refusal, unreadable } from './refusal.ts'

/** Names of hosts, also those outside of ASCII. Anything else is a part of a password that was cut at the wrong place. */
const HOST = /^[\p{L}\p{N}]([\p{L}\p{N}._-]*[\p{L}\p{N}.])?$/u

/**
 * Puts the parts of an address together.
 *
 * @throws {Failure} when a part is missing or none
 */
export function serverAddress(kind: ServerAddress['kind'], parts: Parts): ServerAddress {
  const { host, socket, port, database, tls } = parts
  if (host !== undefined && isIP(host.split('%')[0] ?? '') === 0 && !HOST.test(host))
    throw unreadable('its host is none')
  if (host !== undefined && socket !== undefined && host !== 'localhost') {
    throw refusal('names a host and a socket', 'give one of them')
  }
  if (database !== undefined && /["'`“”‘’´\\;]/.test(database)) throw unreadable('a name has no quotes in it')
  if (kind === 'mysql' && database === undefined) throw refusal('names no database', 'end it with /name')
  if (kind === 'mysql' && host === undefined && socket === undefined)
    throw refusal('names no host', 'write it behind ://')
  if (tls !== undefined && tls.use === 'yes' && socket !== undefined) {
    throw refusal(`asks for TLS by ${tls.asked}, which a socket does not have`, 'take one of them out')
  }
  if (kind === 'mysql' && tls?.check === 'host' && isIP(host ?? '') !== 0) {
    // mysql2 would compare the certificate with `localhost`, whatever the address.
    const what = `names the host by its IP address, and ${tls.asked} asks for a check of its name`
    throw refusal(what, 'give its name, or ask for the signer alone by ssl-mode=VERIFY_CA')
  }
  const place =
    socket ?? `${host?.includes(':') ? `[${host}]` : (host ?? 'localhost')}${port === undefined ? '' : `:${port}`}`
  const name = `${kind}://${place}${database === undefined ? '' : `/${database}`}`
  return { ...parts, ...(socket !== undefined && { host: undefined }), kind, name }
}
