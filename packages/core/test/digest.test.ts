import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hmacSha256, sha256 } from '../src/digest.ts'

const encoder = new TextEncoder()
const PEPPER = 'a pepper of at least thirty-two bytes, as is asked'

function hex(bytes: ArrayBuffer): string {
  return [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** HMAC as Web Crypto makes it. */
async function webCryptoHmac(pepper: string | Uint8Array, text: string): Promise<string> {
  const bytes = new Uint8Array(typeof pepper === 'string' ? encoder.encode(pepper) : pepper)
  const key = await crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
  return hex(await crypto.subtle.sign('HMAC', key, encoder.encode(text)))
}

describe('sha256', () => {
  it.each([
    ['FIPS 180-4, one block', 'abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    [
      'FIPS 180-4, two blocks',
      'abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq',
      '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
    ],
    ['NIST CAVP, empty message', '', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    [
      'GitHub, published token; base64 l2tX7orN/PRfdrzF4ymiNlW9Dh5+7/2OyYurbKbN1mA=',
      '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',
      '976b57ee8acdfcf45f76bcc5e329a23655bd0e1e7eeffd8ec98bab6ca6cdd660',
    ],
  ])('%s', async (_source, text, digest) => {
    expect(await sha256().digest(text)).toBe(digest)
  })

  it('digests what Web Crypto digests, as UTF-8', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), async (text) => {
        expect(await sha256().digest(text)).toBe(hex(await crypto.subtle.digest('SHA-256', encoder.encode(text))))
      }),
    )
  }, 30_000)

  it('has nothing that is being replaced', () => {
    expect(sha256().older).toEqual([])
  })
})

describe('hmacSha256', () => {
  // RFC 4231 §4.4 and later cases whose key has 32 bytes or more, and whose data are text.
  it('RFC 4231 §4.7, a key longer than a block', async () => {
    const { digest } = hmacSha256({ peppers: { a: new Uint8Array(131).fill(0xaa) }, current: 'a' })
    expect(await digest('Test Using Larger Than Block-Size Key - Hash Key First')).toBe(
      '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54',
    )
  })

  it('RFC 4231 §4.8, a key and data longer than a block', async () => {
    const { digest } = hmacSha256({ peppers: { a: new Uint8Array(131).fill(0xaa) }, current: 'a' })
    expect(
      await digest(
        'This is a test using a larger than block-size key and a larger than block-size data. ' +
          'The key needs to be hashed before being used by the HMAC algorithm.',
      ),
    ).toBe('9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2')
  })

  it('is the HMAC of Web Crypto for every token and for peppers of every length around a block', async () => {
    const pepper = fc.uint8Array({ minLength: 32, maxLength: 140 })
    await fc.assert(
      fc.asyncProperty(pepper, fc.string({ unit: 'binary', maxLength: 200 }), async (bytes, token) => {
        const { digest } = hmacSha256({ peppers: { a: bytes }, current: 'a' })
        expect(await digest(token)).toBe(await webCryptoHmac(bytes, token))
      }),
    )
    for (const length of [32, 63, 64, 65]) {
      const bytes = new Uint8Array(length).fill(length)
      const { digest } = hmacSha256({ peppers: { a: bytes }, current: 'a' })
      expect(await digest('token'), `${length} bytes`).toBe(await webCryptoHmac(bytes, 'token'))
    }
  })

  it('answers the same again, and does not mix up tokens that are asked for together', async () => {
    const { digest } = hmacSha256({ peppers: { a: PEPPER }, current: 'a' })
    const tokens = Array.from({ length: 50 }, (_, index) => `token-${index % 25}-${'x'.repeat(index % 25)}`)
    const found = await Promise.all(tokens.map(async (token) => await digest(token)))
    const expected = await Promise.all(tokens.map((token) => webCryptoHmac(PEPPER, token)))
    expect(found).toEqual(expected)
  })

  it('takes a pepper as text or as its UTF-8 bytes', async () => {
    const text = `${PEPPER} é`
    const asText = hmacSha256({ peppers: { a: text }, current: 'a' })
    const asBytes = hmacSha256({ peppers: { a: encoder.encode(text) }, current: 'a' })
    expect(await asText.digest('token')).toBe(await asBytes.digest('token'))
    expect(await asText.digest('token')).toBe(await webCryptoHmac(text, 'token'))
  })

  it('keeps its own copy of the bytes', async () => {
    const bytes = new Uint8Array(40).fill(1)
    const { digest } = hmacSha256({ peppers: { a: bytes }, current: 'a' })
    bytes.fill(2)
    expect(await digest('token')).toBe(await webCryptoHmac(new Uint8Array(40).fill(1), 'token'))
  })

  it('digests under the current pepper and accepts the others, each once', async () => {
    const peppers = { first: `${PEPPER} 1`, second: `${PEPPER} 2`, third: `${PEPPER} 3` }
    for (const current of ['first', 'second', 'third'] as const) {
      const digester = hmacSha256({ peppers, current })
      expect(await digester.digest('token')).toBe(await webCryptoHmac(peppers[current], 'token'))
      const older = await Promise.all(digester.older.map(async (digest) => await digest('token')))
      const others = Object.entries(peppers).filter(([name]) => name !== current)
      expect(older).toEqual(await Promise.all(others.map(([, pepper]) => webCryptoHmac(pepper, 'token'))))
    }
  })

  it('accepts names that objects have anyway', async () => {
    const peppers = JSON.parse(`{"__proto__": ${JSON.stringify(PEPPER)}}`) as Record<string, string>
    const { digest } = hmacSha256({ peppers, current: '__proto__' })
    expect(await digest('token')).toBe(await webCryptoHmac(PEPPER, 'token'))
  })

  it.each([
    ['no options', undefined, /`peppers`/],
    ['no peppers', { current: 'a' }, /`peppers`/],
    ['peppers of text', { peppers: PEPPER, current: 'a' }, /`peppers`/],
    ['no current', { peppers: { a: PEPPER } }, /`current`/],
    ['an unknown current', { peppers: { a: PEPPER }, current: 'b' }, /`current`/],
    ['a current that objects have anyway', { peppers: { a: PEPPER }, current: 'toString' }, /`current`/],
    ['a pepper of 31 characters', { peppers: { a: 'x'.repeat(31) }, current: 'a' }, /every pepper.* 32 bytes/],
    ['a pepper of 31 bytes', { peppers: { a: new Uint8Array(31) }, current: 'a' }, /every pepper.* 32 bytes/],
    [
      'a short pepper that is not current',
      { peppers: { a: PEPPER, old: 'short' }, current: 'a' },
      /every pepper.* 32 bytes/,
    ],
    ['no pepper behind a name', { peppers: { a: undefined }, current: 'a' }, /every pepper.* 32 bytes/],
    ['a list of numbers as pepper', { peppers: { a: Array(40).fill(1) }, current: 'a' }, /every pepper.* 32 bytes/],
  ])('refuses %s, naming the option and never the secret', (_name, options, message) => {
    const make = () => hmacSha256(options as never)
    expect(make).toThrow(TypeError)
    expect(make).toThrow(message)
    expect(make).not.toThrow(/short|xxxx/)
  })

  it('takes a pepper of exactly 32 bytes, counted in bytes', async () => {
    const pepper = 'é'.repeat(16)
    const { digest } = hmacSha256({ peppers: { a: pepper }, current: 'a' })
    expect(await digest('token')).toBe(await webCryptoHmac(pepper, 'token'))
  })
})
