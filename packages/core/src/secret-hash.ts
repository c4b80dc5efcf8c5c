import { equalDigests } from './compare.ts'
import { fromHex, toHex } from './hex.ts'
import { builtin } from './runtime.ts'
import { takeTurns } from './turns.ts'
import { wholeNumber } from './whole-number.ts'

/** Checks a secret against what is stored of it. `scrypt()` makes one. */
export interface SecretHash {
  /**
   * Whether `secret` is the one that `stored` was made from.
   *
   * @throws when `stored` cannot be read, or when too many checks are waiting; never because the secret is wrong
   */
  verify(secret: string, stored: string, signal: AbortSignal, check?: SecretCheck): Promise<boolean>
  /**
   * Takes as long as `verify()`, for an id that does not exist, so that time does not tell which ids do. Default: such an id is
   * refused at once.
   *
   * @throws when too many checks are waiting, as `verify()` would
   */
  decoy?(secret: string, signal: AbortSignal, check: SecretCheck): Promise<void>
}

/** The request that a secret is checked for. Nothing in it has been verified yet. */
export interface SecretCheck {
  /** The id that the client sent along. Checks of one id must not keep out those of others; see `takeTurns()`. */
  readonly id: string
  /** Milliseconds after which the request is answered without the check. */
  readonly deadlineMs: number
}

/** What `scrypt()` takes: the parameters that the stored hashes were made with, and bounds on the work. */
export interface ScryptOptions {
  /** RFC 7914 §2 cost parameter, a power of two. Default 16384, as in Node's `scrypt`. */
  readonly cost?: number
  /** RFC 7914 §2 block size. Default 8. */
  readonly blockSize?: number
  /** RFC 7914 §2 parallelization. Default 1. */
  readonly parallelization?: number
  /**
   * What of the stored salt went into the hash: its hex characters as text, as in the widespread
   * `scrypt(secret, salt.toString('hex'), 64)`, or the bytes they stand for. Default `'text'`.
   */
  readonly salt?: 'text' | 'bytes'
  /** Checks that run at the same time, 1 to 64. Default 2: each takes 16 MiB and a thread of the pool. */
  readonly maxConcurrent?: number
  /**
   * Checks that may wait for their turn, 0 to 10000; one more is answered 503. Default 64. Checks of one id may take a quarter of
   * the places, and eight in any case.
   */
  readonly maxWaiting?: number
}

/** As in the widespread `scrypt(secret, salt, 64)` with 16 bytes of salt. */
const DECOY_SALT = '00'.repeat(16)
const DECOY_LENGTH = 64

/** 16 to 64 bytes of hash, 8 to 64 bytes of salt. */
const STORED = /^((?:[0-9a-f]{2}){16,64})\.((?:[0-9a-f]{2}){8,64})$/i

/**
 * Salted scrypt (RFC 7914) stored as `hash.salt`, both hex: for secrets that people chose or that are too short for
 * a plain digest. Runs off the event loop, a set number at once. Needs `node:crypto` (Node, Bun, Deno).
 *
 * @param options cost and bounds
 * @throws {TypeError} when an option is out of range, or the runtime has no scrypt
 * @example
 * ```ts
 * import { createVerifier, pairFormat, scrypt } from '@bearward/core'
 *
 * createVerifier({
 *   format: pairFormat(),
 *   secretHash: scrypt({ maxConcurrent: 4 }),
 *   resolve: (digest, { id }) => (id === 'acct_1' ? { id, secretHash: 'f1…hash.9a…salt' } : null),
 * })
 * ```
 */
export function scrypt(options: ScryptOptions = {}): SecretHash {
  const derive = builtin('node:crypto')?.scrypt
  if (derive === undefined)
    throw new TypeError('scrypt: this runtime has no scrypt; store a digest of the secret instead')
  const cost = wholeNumber('scrypt', 'cost', options.cost, 16_384, 2, 2 ** 20)
  if ((cost & (cost - 1)) !== 0) throw new TypeError('scrypt: option `cost` must be a power of two')
  const blockSize = wholeNumber('scrypt', 'blockSize', options.blockSize, 8, 1, 64)
  const parallelization = wholeNumber('scrypt', 'parallelization', options.parallelization, 1, 1, 64)
  const maxConcurrent = wholeNumber('scrypt', 'maxConcurrent', options.maxConcurrent, 2, 1, 64)
  const maxWaiting = wholeNumber('scrypt', 'maxWaiting', options.maxWaiting, 64, 0, 10_000)
  const { salt: saltForm = 'text' } = options
  if (saltForm !== 'text' && saltForm !== 'bytes')
    throw new TypeError("scrypt: option `salt` must be 'text' or 'bytes'")

  const cores = {
    N: cost,
    r: blockSize,
    p: parallelization,
    maxmem: 256 * cost * blockSize * parallelization,
  }
  const turns = takeTurns(maxConcurrent, maxWaiting)

  const run = (secret: string, salt: string, length: number): Promise<string> =>
    new Promise((resolve, reject) => {
      const saltInput = saltForm === 'text' ? salt : fromHex(salt)
      derive(secret, saltInput, length, cores, (error, derived) => (error ? reject(error) : resolve(toHex(derived))))
    })

  return Object.freeze({
    async verify(secret: string, stored: string, signal: AbortSignal, check?: SecretCheck) {
      const parts = STORED.exec(stored)
      if (parts === null) throw new TypeError('secretHash: stored value must be `hash.salt`, both hex')
      const [, hash = '', salt = ''] = parts
      const task = async () => equalDigests(await run(secret, salt, hash.length / 2), hash.toLowerCase())
      return turns(signal, task, { id: check?.id ?? stored, deadlineMs: check?.deadlineMs })
    },
    async decoy(secret: string, signal: AbortSignal, { id, deadlineMs }: SecretCheck) {
      await turns(signal, () => run(secret, DECOY_SALT, DECOY_LENGTH), { id, deadlineMs, isDecoy: true })
    },
  })
}
