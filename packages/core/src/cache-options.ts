import type { Channel } from './channel.ts'
import { MINUTE } from './clock.ts'
import { wholeNumber } from './whole-number.ts'

/** Remember for a stated time: what changed meanwhile is not seen by a process that is not told. */
export interface BoundedCacheOptions {
  /** Records remembered at most, 1 to 10 000 000. About 1 kB each beside your own row. */
  readonly max: number
  /**
   * Milliseconds for which a record may be served after it was read, 1 to 86 400 000 (a day). The bound on how long
   * a change that `invalidate()` did not tell of goes unseen. Fixed from the read on, never sliding.
   */
  readonly maxStalenessMs: number
  readonly channel?: undefined
  readonly maxAgeMs?: undefined
}

/** Remember what the channel proves to be unchanged: when a revocation has resolved, no process accepts the key. */
export interface CoherentCacheOptions {
  /**
   * Records remembered at most, 0 to 10 000 000. With 0 every request asks the resolver; the channel still tells which
   * reads must not be shared, and which streams must be asked about.
   */
  readonly max: number
  /** What tells this process of changes in all of them. Without a lease from it, every request asks the resolver. */
  readonly channel: Channel
  /**
   * Milliseconds after which a record is read again though nothing was heard of it, 1 to 86 400 000. Default 60 000
   * (one minute). The bound on changes that nobody publishes, and on streams while the channel is out of reach. Fixed from
   * the read on, never sliding.
   */
  readonly maxAgeMs?: number | undefined
  readonly maxStalenessMs?: undefined
}

/** How much the verifier may remember, and how that stays true. There is no default: caching is off until you say. */
export type CacheOptions = BoundedCacheOptions | CoherentCacheOptions

/** Cache options after they were checked. */
export interface CacheSettings {
  readonly max: number
  readonly maxStalenessMs: number
  readonly channel: Channel | undefined
}

const MAX_RECORDS = 10_000_000
const MAX_AGE_MS = 86_400_000
const NAMES = ['max', 'maxStalenessMs', 'channel', 'maxAgeMs']

/** @throws {TypeError} naming the first option that cannot be used, and what it must be */
export function checkCache(cache: CacheOptions | undefined): CacheSettings | undefined {
  if (cache === undefined) return undefined
  if (typeof cache !== 'object' || cache === null)
    fail('option `cache` must be { max, channel } or { max, maxStalenessMs }')
  for (const name of Object.keys(cache)) {
    if (!NAMES.includes(name))
      fail(`option \`cache\` has no \`${name}\`; it is { max, channel, maxAgeMs } or { max, maxStalenessMs }`)
  }
  const { max, channel, maxStalenessMs, maxAgeMs } = cache
  if ((channel === undefined) === (maxStalenessMs === undefined)) {
    fail('option `cache` must have either `channel` or `maxStalenessMs`: there is no default')
  }
  if (max === undefined) fail('option `cache.max` must be stated: there is no default')
  if (channel === undefined) {
    if (maxAgeMs !== undefined) fail('option `cache.maxAgeMs` goes with `channel`')
    return Object.freeze({
      max: wholeNumber('createVerifier', 'cache.max', max, 0, 1, MAX_RECORDS),
      maxStalenessMs: wholeNumber('createVerifier', 'cache.maxStalenessMs', maxStalenessMs, 0, 1, MAX_AGE_MS),
      channel,
    })
  }
  if (typeof channel?.subscribe !== 'function') fail('option `cache.channel` must be a channel, such as localChannel()')
  wholeNumber('createVerifier', 'cache.channel.leaseMs', channel.leaseMs ?? Number.NaN, 0, 100, 60_000)
  return Object.freeze({
    max: wholeNumber('createVerifier', 'cache.max', max, 0, 0, MAX_RECORDS),
    maxStalenessMs: wholeNumber('createVerifier', 'cache.maxAgeMs', maxAgeMs, MINUTE, 1, MAX_AGE_MS),
    channel,
  })
}

function fail(message: string): never {
  throw new TypeError(`createVerifier: ${message}`)
}
