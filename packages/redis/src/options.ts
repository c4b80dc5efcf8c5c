import { type Clock, systemClock } from '@bearward/core'

/** Options of `redisChannel()`. */
export interface RedisChannelOptions {
  /**
   * Longest time in milliseconds that a verifier may answer from memory without having heard, and that `revoke()` waits
   * for a process that does not answer: 100 to 60 000. Default 1000 (one second). The same in all processes.
   */
  readonly leaseMs?: number | undefined
  /**
   * First part of the names of the key and of the channels, for several applications on one server: 1 to 64 letters,
   * digits and `_ . : -`. Default `'bearward'`. The same in all processes of one application.
   */
  readonly name?: string | undefined
  /** Milliseconds after which a publication that Redis has not answered has failed: 100 to 60 000. Default 5000. */
  readonly timeoutMs?: number | undefined
  /** Default `systemClock`. */
  readonly clock?: Clock | undefined
}

/** Options after they were checked. */
export interface Settings {
  readonly leaseMs: number
  readonly name: string
  readonly timeoutMs: number
  readonly clock: Clock
}

const NAMES = ['leaseMs', 'name', 'timeoutMs', 'clock']

/** @throws {TypeError} naming the first option that cannot be used */
export function checkOptions(options: RedisChannelOptions): Settings {
  if (typeof options !== 'object' || options === null) fail('options must be an object')
  for (const name of Object.keys(options)) if (!NAMES.includes(name)) fail(`there is no option \`${name}\``)
  const { name = 'bearward', clock = systemClock } = options
  if (typeof name !== 'string' || !/^[\w.:-]{1,64}$/.test(name))
    fail('option `name` must be 1 to 64 letters, digits and _ . : -')
  if (typeof clock?.now !== 'function' || typeof clock.monotonic !== 'function')
    fail('option `clock` must have the functions now() and monotonic()')
  return Object.freeze({
    leaseMs: milliseconds('leaseMs', options.leaseMs, 1000),
    timeoutMs: milliseconds('timeoutMs', options.timeoutMs, 5000),
    name,
    clock,
  })
}

function milliseconds(name: string, value: number | undefined, fallback: number): number {
  if (value === undefined) return fallback
  if (!Number.isInteger(value) || value < 100 || value > 60_000)
    fail(`option \`${name}\` must be a whole number from 100 to 60000`)
  return value
}

function fail(message: string): never {
  throw new TypeError(`redisChannel: ${message}`)
}
