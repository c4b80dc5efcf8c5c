/** Characters that are read: an IPv6 address in full with its brackets, a zone and a port takes fewer. */
const MAX_LENGTH = 128

const GROUPS = 8
const ZEROS: readonly number[] = Array<number>(GROUPS).fill(0)
const COLON = 0x3a
/** The value of a hexadecimal digit and 1, by its character. */
const HEX_DIGITS = new Uint8Array(128)
for (const [value, digit] of '0123456789abcdef'.split('').entries()) {
  HEX_DIGITS[digit.charCodeAt(0)] = value + 1
  HEX_DIGITS[digit.toUpperCase().charCodeAt(0)] = value + 1
}
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
  const groups = groupsOf(text.includes('%') ? text.replace(ZONE, '') : text)
  if (groups === undefined) return undefined
  for (let index = 0; index < 6; index++) if (groups[index] !== (index === 5 ? 0xffff : 0)) return written(groups)
  const [high = 0, low = 0] = groups.slice(6)
  return `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`
}

/** The eight groups of an address, `::` filled up (RFC 4291 §2.2). Read once, character by character. */
function groupsOf(text: string): readonly number[] | undefined {
  const groups: number[] = []
  let gap = -1
  let start = 0
  if (text.startsWith('::')) {
    gap = 0
    start = 2
  }
  while (start < text.length) {
    let end = start
    while (end < text.length && text.charCodeAt(end) !== COLON) end++
    if (!readGroup(text, start, end, groups) || groups.length > GROUPS) return undefined
    start = end + 1
    if (end === text.length) break
    // A single colon stands between two groups, so that it cannot be the last character.
    if (text.charCodeAt(start) !== COLON) {
      if (start === text.length) return undefined
      continue
    }
    if (gap !== -1) return undefined
    gap = groups.length
    start++
  }
  if (gap === -1) return groups.length === GROUPS ? groups : undefined
  const missing = GROUPS - groups.length
  if (missing > 0) groups.splice(gap, 0, ...ZEROS.slice(0, missing))
  return missing > 0 ? groups : undefined
}

/** Adds the group from `start` to `end`, or the two of an IPv4 address at the end. */
function readGroup(text: string, start: number, end: number, groups: number[]): boolean {
  let group = 0
  for (let index = start; index < end; index++) {
    const digit = HEX_DIGITS[text.charCodeAt(index)] ?? 0
    if (digit === 0 || index - start > 3) return end === text.length && readIpv4(text.slice(start), groups)
    group = group * 16 + digit - 1
  }
  groups.push(group)
  return end > start
}

function readIpv4(text: string, groups: number[]): boolean {
  if (!IPV4.test(text)) return false
  const [first = 0, second = 0, third = 0, fourth = 0] = text.split('.').map(Number)
  groups.push(first * 256 + second, third * 256 + fourth)
  return true
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
  let text = ''
  for (let index = 0; index < GROUPS; index++) {
    if (index === start) {
      text += '::'
      index += longest - 1
    } else {
      text += text === '' || text.endsWith(':') ? hex(groups[index]) : `:${hex(groups[index])}`
    }
  }
  return text
}

function hex(group = 0): string {
  return group.toString(16)
}
