import crypto, { randomBytes, scryptSync } from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'
import { afterEach, describe, expect, it } from 'vitest'
import { scrypt } from '../src/secret-hash.ts'
import { turns } from './support/waiting.ts'

const QUICK = { cost: 16 }
const live = new AbortController().signal
const SALT = '00112233445566778899aabbccddeeff'

function textSalted(secret: string, salt = SALT, length = 64): string {
  return `${scryptSync(secret, salt, length, { N: 16 }).toString('hex')}.${salt}`
}

function byteSalted(secret: string, salt = SALT, length = 64): string {
  return `${scryptSync(secret, Buffer.from(salt, 'hex'), length, { N: 16 }).toString('hex')}.${salt}`
}

describe('scrypt', () => {
  it('RFC 7914 §12, second vector: password, NaCl', async () => {
    // The salt of the vector has four bytes; written as the text whose UTF-8 it is, it is too short to be stored.
    const derived = scryptSync('password', 'NaCl', 64, { N: 1024, r: 8, p: 16 }).toString('hex')
    expect(derived).toMatch(/^fdbabe1c9d3472007856e7190d01e9fe/)
    const stored = `${scryptSync('password', SALT, 64, { N: 1024, r: 8, p: 16, maxmem: 2 ** 26 }).toString('hex')}.${SALT}`
    const hash = scrypt({ cost: 1024, blockSize: 8, parallelization: 16 })
    expect(await hash.verify('password', stored, live)).toBe(true)
    expect(await hash.verify('Password', stored, live)).toBe(false)
  })

  it('reads what scrypt(secret, salt.toString("hex"), 64) of Node stored, with its default cost', async () => {
    const salt = randomBytes(16).toString('hex')
    const stored = `${scryptSync('s3cret', salt, 64).toString('hex')}.${salt}`
    expect(await scrypt().verify('s3cret', stored, live)).toBe(true)
    expect(await scrypt().verify('s3cres', stored, live)).toBe(false)
  })

  it('takes the salt as text, or as the bytes it stands for, and does not confuse them', async () => {
    const asText = scrypt(QUICK)
    const asBytes = scrypt({ ...QUICK, salt: 'bytes' })
    expect(await asText.verify('s3cret', textSalted('s3cret'), live)).toBe(true)
    expect(await asBytes.verify('s3cret', byteSalted('s3cret'), live)).toBe(true)
    expect(await asText.verify('s3cret', byteSalted('s3cret'), live)).toBe(false)
    expect(await asBytes.verify('s3cret', textSalted('s3cret'), live)).toBe(false)
  })

  it('uses its cost, its block size and its parallelization', async () => {
    const stored = textSalted('s3cret')
    for (const other of [{ cost: 32 }, { ...QUICK, blockSize: 4 }, { ...QUICK, parallelization: 2 }]) {
      expect(await scrypt(other).verify('s3cret', stored, live)).toBe(false)
    }
  })

  it('reads hashes and salts of every length that it allows, and hex in either case', async () => {
    for (const length of [16, 32, 64]) {
      expect(await scrypt(QUICK).verify('s3cret', textSalted('s3cret', SALT, length), live)).toBe(true)
    }
    for (const bytes of [8, 64]) {
      const salt = 'ab'.repeat(bytes)
      expect(await scrypt(QUICK).verify('s3cret', textSalted('s3cret', salt), live)).toBe(true)
    }
    const [hash = '', salt = ''] = byteSalted('s3cret').split('.')
    const upper = `${hash.toUpperCase()}.${salt.toUpperCase()}`
    expect(await scrypt({ ...QUICK, salt: 'bytes' }).verify('s3cret', upper, live)).toBe(true)
  })

  it.each([
    '',
    '.',
    'abc',
    `.${SALT}`,
    'a'.repeat(128),
    `${'a'.repeat(128)}.`,
    `${'a'.repeat(128)}:${SALT}`,
    `${'a'.repeat(127)}.${SALT}`,
    `${'a'.repeat(30)}.${SALT}`,
    `${'a'.repeat(130)}.${SALT}`,
    `${'a'.repeat(128)}.${'a'.repeat(14)}`,
    `${'a'.repeat(128)}.${'a'.repeat(130)}`,
    `${'g'.repeat(128)}.${SALT}`,
    ` ${'a'.repeat(128)}.${SALT}`,
    `${'a'.repeat(128)}.${SALT}\n`,
    `${'a'.repeat(128)}.${SALT}.${SALT}`,
  ])('cannot read %j, and does not repeat it', async (stored) => {
    await expect(scrypt(QUICK).verify('s3cret', stored, live)).rejects.toThrow(
      new TypeError('secretHash: stored value must be `hash.salt`, both hex'),
    )
  })

  it.each([
    ['cost', { cost: 1 }],
    ['cost', { cost: 2 ** 21 }],
    ['cost', { cost: 1000 }],
    ['cost', { cost: '16' }],
    ['cost', { cost: Number.NaN }],
    ['blockSize', { blockSize: 0 }],
    ['blockSize', { blockSize: 65 }],
    ['parallelization', { parallelization: 0 }],
    ['parallelization', { parallelization: 65 }],
    ['maxConcurrent', { maxConcurrent: 0 }],
    ['maxConcurrent', { maxConcurrent: 65 }],
    ['maxConcurrent', { maxConcurrent: 1.5 }],
    ['maxWaiting', { maxWaiting: -1 }],
    ['maxWaiting', { maxWaiting: 10_001 }],
    ['salt', { salt: 'hex' }],
  ])('names the option %s when it cannot be used: %j', (name, options) => {
    expect(() => scrypt(options as never)).toThrow(TypeError)
    expect(() => scrypt(options as never)).toThrow(`option \`${name}\``)
  })
})

/** Node's scrypt, held back: each call waits until it is let through, then does its real work. */
function gatedScrypt(): { readonly waiting: (() => void)[]; readonly started: () => number } {
  const real = crypto.scrypt
  const waiting: (() => void)[] = []
  let started = 0
  crypto.scrypt = ((...call: Parameters<typeof real>) => {
    started++
    waiting.push(() => real(...call))
  }) as typeof real
  syncBuiltinESMExports()
  restore = () => {
    crypto.scrypt = real
    syncBuiltinESMExports()
  }
  return { waiting, started: () => started }
}

let restore = (): void => {}
afterEach(() => {
  restore()
})

describe('the queue before scrypt', () => {
  const stored = textSalted('s3cret')

  it('runs a set number at once and the next when one has ended, in order', async () => {
    const { waiting, started } = gatedScrypt()
    const hash = scrypt({ ...QUICK, maxConcurrent: 2, maxWaiting: 3 })
    const ended: number[] = []
    const checks = [0, 1, 2, 3, 4].map((index) =>
      hash.verify('s3cret', stored, live).then((matches) => {
        ended.push(index)
        return matches
      }),
    )
    await turns()
    expect(started()).toBe(2)
    for (let done = 1; done <= 5; done++) {
      waiting.shift()?.()
      await checks[done - 1]
      await turns()
      expect(started()).toBe(Math.min(2 + done, 5))
    }
    expect(await Promise.all(checks)).toEqual([true, true, true, true, true])
    expect(ended).toEqual([0, 1, 2, 3, 4])
  })

  it('refuses what finds no room to wait, and takes more when there is room again', async () => {
    const { waiting, started } = gatedScrypt()
    const hash = scrypt({ ...QUICK, maxConcurrent: 1, maxWaiting: 1 })
    const first = hash.verify('s3cret', stored, live)
    const second = hash.verify('wrong', stored, live)
    await expect(hash.verify('s3cret', stored, live)).rejects.toThrow('too many checks are waiting')
    expect(started()).toBe(1)
    waiting.shift()?.()
    expect(await first).toBe(true)
    await turns()
    const third = hash.verify('s3cret', stored, live)
    waiting.shift()?.()
    expect(await second).toBe(false)
    await turns()
    waiting.shift()?.()
    expect(await third).toBe(true)
    expect(started()).toBe(3)
  })

  it('does not run what was given up while it waited, and goes on with the next', async () => {
    const { waiting, started } = gatedScrypt()
    const hash = scrypt({ ...QUICK, maxConcurrent: 1, maxWaiting: 2 })
    const given = new AbortController()
    const first = hash.verify('s3cret', stored, live)
    const second = hash.verify('s3cret', stored, given.signal)
    const third = hash.verify('s3cret', stored, live)
    given.abort()
    waiting.shift()?.()
    expect(await first).toBe(true)
    await expect(second).rejects.toThrow()
    await turns()
    expect(started()).toBe(2)
    waiting.shift()?.()
    expect(await third).toBe(true)
  })

  it('gives the turn on when a check fails', async () => {
    const hash = scrypt({ ...QUICK, maxConcurrent: 1, maxWaiting: 2 })
    const failing = crypto.scrypt
    crypto.scrypt = ((...call: Parameters<typeof failing>) => {
      ;(call.at(-1) as (error: Error) => void)(new Error('out of memory'))
    }) as typeof failing
    syncBuiltinESMExports()
    restore = () => {
      crypto.scrypt = failing
      syncBuiltinESMExports()
    }
    const broken = scrypt({ ...QUICK, maxConcurrent: 1, maxWaiting: 0 })
    await expect(broken.verify('s3cret', stored, live)).rejects.toThrow('out of memory')
    await expect(broken.verify('s3cret', stored, live)).rejects.toThrow('out of memory')
    // Made before, so it holds on to the real one.
    expect(await hash.verify('s3cret', stored, live)).toBe(true)
  })
})
