/** Characters that are read: an IPv6 address in full with its brackets, a zone and a port takes fewer. */
const MAX_LENGTH = 128

const GROUPS = 8
/** Without leading zeros: some readers take `010` for octal, others for decimal. */
const OCTET = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)'
const IPV4 = new RegExp(`^${OCTET}(?:\\.${OCTET}){3}$`)
/** The spelling in which a socket that takes both families shows an IPv4 client. */
const MAPPED = '::ffff:'
/** RFC 4007 §11.2: the link that an address is valid on, as an interface's name or number; `%25` is RFC 6874's spelling. */
const ZONE = /%(?:25)?[\w.~-]{1,32}$/
/** RFC 3986 §3.2.3. */
const PORT = /^:\d{1,5}$/
const MAX_PORT = 65_535

/**
 * One spelling for each IP address, so that a client counts as one however servers, proxies and clients spell it. IPv4
 * in dotted decimal, IPv6 as RFC 5952 §4 writes it, an IPv4-mapped address (RFC 4291 §2.5.5.2) as the IPv4 address that
 * it holds. A port, brackets, a zone and the blanks around the text are dropped.
 *
 * A list is not an address, because only the application knows which of its entries is the client's. Neither are a host
 * name, an octet with a leading zero, a number in hexadecimal or octal, or more than 128 characters. Linear in the length.
 *
 * @param text an address as a socket, a proxy or a header has it, such as `'[2001:DB8::1]:50001'`
 * @returns the canonical form, or `undefined` where the text is not one IP address
 * @example
 * ```ts
 * import { canonicalAddress } from '@bearward/core'
 *
 * canonicalAddress('203.0.113.7:50001')   // '203.0.113.7'
 * canonicalAddress('::ffff:cb00:7107')    // '203.0.113.7'
 * canonicalAddress('2001:DB8:0:0::1')     // '2001:db8::1'
 * canonicalAddress('203.0.113.7, 10.0.0.1') // undefined
 * ```
 */
export function canonicalAddress(text: string): string | undefined {
  if (typeof text !== 'string' || text.length > MAX_LENGTH) return undefined
  const address = text.trim()
  if (address.startsWith('[')) return fromBrackets(address)
  const colon = address.indexOf(':')
  if (colon === -1) return IPV4.test(address) ? address : undefined
  if (address.startsWith(MAPPED) && IPV4.test(address.slice(MAPPED.length))) return address.slice(MAPPED.length)
  if (address.indexOf(':', colon + 1) !== -1) return canonicalIpv6(address)
  const host = address.slice(0, colon)
  return IPV4.test(host) && isPort(address.slice(colon)) ? host : undefined
}

/** RFC 3986 §3.2.2: an IPv6 address stands in brackets where a port may follow. */
function fromBrackets(address: string): string | undefined {
  const end = address.indexOf(']')
  const after = address.slice(end + 1)
  return end !== -1 && (after === '' || isPort(after)) ? canonicalIpv6(address.slice(1, end)) : undefined
}

function isPort(text: string): boolean {
  return PORT.test(text) && Number(text.slice(1)) <= MAX_PORT
}

function canonicalIpv6(text: string): string | undefined {
  const groups = groupsOf(text.replace(ZONE, ''))
  if (groups === undefined) return undefined
  const [, , , , , mark, high = 0, low = 0] = groups
  const isMapped = mark === 0xffff && groups.slice(0, 5).every((group) => group === 0)
  return isMapped ? [high >> 8, high & 255, low >> 8, low & 255].join('.') : written(groups)
}

/** The eight groups of an address, `::` filled up (RFC 4291 §2.2). */
function groupsOf(text: string): readonly number[] | undefined {
  const halves = text.split('::')
  if (halves.length > 2) return undefined
  const [before, after] = halves.map((half, index) => readGroups(half, index === halves.length - 1))
  if (before === undefined) return undefined
  if (halves.length === 1) return before.length === GROUPS ? before : undefined
  const missing = GROUPS - before.length - (after?.length ?? GROUPS)
  return after !== undefined && missing > 0 ? [...before, ...Array<number>(missing).fill(0), ...after] : undefined
}

function readGroups(text: string, isLast: boolean): readonly number[] | undefined {
  if (text === '') return []
  const groups: number[] = []
  const parts = text.split(':')
  for (const [index, part] of parts.entries()) {
    if (/^[0-9a-f]{1,4}$/i.test(part)) {
      groups.push(Number.parseInt(part, 16))
      continue
    }
    // The last two groups may be written as an IPv4 address.
    if (!isLast || index !== parts.length - 1 || !IPV4.test(part)) return undefined
    const [first = 0, second = 0, third = 0, fourth = 0] = part.split('.').map(Number)
    groups.push(first * 256 + second, third * 256 + fourth)
  }
  return groups
}

/** RFC 5952 §4: lower case, no leading zeros, `::` for the first of the longest runs of two or more groups of zero. */
function written(groups: readonly number[]): string {
  let start = -1
  let longest = 1
  for (let index = 0; index < GROUPS; index++) {
    let end = index
    while (end < GROUPS && groups[end] === 0) end++
    if (end - index > longest) {
      start = index
      longest = end - index
    }
    index = end
  }
  const texts = groups.map((group) => group.toString(16))
  if (start === -1) return texts.join(':')
  return `${texts.slice(0, start).join(':')}::${texts.slice(start + longest).join(':')}`
}
