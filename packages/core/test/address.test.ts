import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalAddress } from '../src/address.ts'

describe('canonicalAddress', () => {
  it.each([
    '203.0.113.7',
    ' 203.0.113.7\t',
    '203.0.113.7\n',
    '203.0.113.7:50001',
    '203.0.113.7:0',
    '203.0.113.7:65535',
    '::ffff:203.0.113.7',
    '::FFFF:203.0.113.7',
    '::ffff:cb00:7107',
    '::FFFF:CB00:7107',
    '0:0:0:0:0:ffff:203.0.113.7',
    '0000:0000:0000:0000:0000:ffff:cb00:7107',
    '0::ffff:cb00:7107',
    '::ffff:203.0.113.7%eth0',
    '[::ffff:203.0.113.7]',
    '[::ffff:cb00:7107]:50001',
  ])('reads %j as 203.0.113.7', (text) => {
    expect(canonicalAddress(text)).toBe('203.0.113.7')
  })

  it.each([
    '2001:db8::1',
    '2001:DB8::1',
    '2001:0db8:0000:0000:0000:0000:0000:0001',
    '2001:db8:0:0::1',
    '2001:db8:0:0:0:0:0:1',
    '2001:db8::0:1',
    '2001:db8::0.0.0.1',
    ' 2001:db8::1 ',
    '[2001:db8::1]',
    '[2001:DB8::1]:50001',
    ' [2001:db8::1]:443 ',
    '2001:db8::1%eth0',
    '[2001:db8::1%25eth0]:80',
  ])('reads %j as 2001:db8::1', (text) => {
    expect(canonicalAddress(text)).toBe('2001:db8::1')
  })

  it.each([
    ['::', '::'],
    ['0:0:0:0:0:0:0:0', '::'],
    ['::1', '::1'],
    ['0:0:0:0:0:0:0:1', '::1'],
    ['1::', '1::'],
    ['fe80::1%eth0', 'fe80::1'],
    ['fe80::1%2', 'fe80::1'],
    ['fe80::1%25en0', 'fe80::1'],
    // RFC 5952 §4.2.2, §4.2.3: one group is not shortened, the longest run is, and the first of two.
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:db8::1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['0:0:1:0:0:0:0:1', '0:0:1::1'],
    ['1:0:0:0:0:0:0:0', '1::'],
    // Not mapped: the address of a translator, and the form that RFC 4291 §2.5.5.1 deprecates.
    ['64:ff9b::203.0.113.7', '64:ff9b::cb00:7107'],
    ['::203.0.113.7', '::cb00:7107'],
    ['::ffff:0:203.0.113.7', '::ffff:0:cb00:7107'],
    ['1::ffff:cb00:7107', '1::ffff:cb00:7107'],
    ['0.0.0.0', '0.0.0.0'],
    ['255.255.255.255', '255.255.255.255'],
  ])('writes %j as %j', (text, expected) => {
    expect(canonicalAddress(text)).toBe(expected)
  })

  it.each([
    '',
    ' ',
    ':',
    ':::',
    '[]',
    '[',
    ']',
    '[::1',
    '::1]',
    '[::1]x',
    '[::1]:',
    '[::1]:99999',
    '[::1]::1',
    '[203.0.113.7]:80',
    '203.0.113.7:',
    '203.0.113.7:65536',
    '203.0.113.7:000080',
    '203.0.113.7:http',
    '203.0.113.7:_p1',
    '203.0.113',
    '203.0.113.7.1',
    '203.0.113.256',
    '203.0.113.007',
    '0313.0.0161.07',
    '0xcb.0.0x71.7',
    '3405803783',
    '203.0.113.７',
    '203.0.113.7 10.0.0.1',
    '203.0.113.7, 10.0.0.1',
    '203.0.113.7,',
    'unknown',
    '_hidden',
    'localhost',
    'client.example:443',
    '/run/proxy.sock',
    'for=203.0.113.7',
    '2001:db8::1::2',
    '2001:db8:0:0:0:0:0:0:1',
    '1:2:3:4:5:6:7::8',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8::',
    ':1:2:3:4:5:6:7:8',
    '1:2:3:4:5:6:7:',
    '12345::',
    'g::1',
    '::203.0.113.7:1',
    '203.0.113.7::',
    'fe80::1%',
    'fe80::1%eth0%eth1',
    'fe80::1%<script>',
    `fe80::1%${'a'.repeat(33)}`,
    `${' '.repeat(200)}203.0.113.7`,
    '1'.repeat(10_000),
  ])('does not take %j for an address', (text) => {
    expect(canonicalAddress(text)).toBeUndefined()
  })

  it('does not take what is no text for an address', () => {
    for (const value of [undefined, null, 7, {}, ['203.0.113.7']]) {
      expect(canonicalAddress(value as unknown as string)).toBeUndefined()
    }
  })

  it('agrees with the URL parser of the runtime on every IPv6 address', () => {
    const group = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 0xffff }))
    const isMapped = (groups: readonly number[]) =>
      groups[5] === 0xffff && groups.slice(0, 5).every((each) => each === 0)
    fc.assert(
      fc.property(
        fc.array(group, { minLength: 8, maxLength: 8 }).filter((groups) => !isMapped(groups)),
        fc.boolean(),
        (groups, isPadded) => {
          const text = groups.map((each) => each.toString(16).padStart(isPadded ? 4 : 1, '0')).join(':')
          const canonical = canonicalAddress(text.toUpperCase())
          expect(`[${canonical}]`).toBe(new URL(`http://[${text}]/`).hostname)
          expect(canonicalAddress(canonical ?? '')).toBe(canonical)
        },
      ),
    )
  })

  it('answers each text with nothing, or with a form that it keeps', () => {
    const unit = fc.constantFrom(...'0123456789abcdefF:.%[] ,x'.split(''))
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit, maxLength: 45 })), (text) => {
        const canonical = canonicalAddress(text)
        if (canonical === undefined) return
        expect(canonical).toMatch(/^[0-9a-f:.]{2,39}$/)
        expect(canonicalAddress(canonical)).toBe(canonical)
      }),
      { numRuns: 2000 },
    )
  })
})
