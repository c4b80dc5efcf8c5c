import { createClient } from 'redis'
import { expect, test } from 'vitest'
import { type RedisChannelOptions, redisChannel } from '../src/index.ts'

const client = createClient()

test.each([
  [null, 'options must be an object'],
  [{ lease: 1000 }, 'there is no option `lease`'],
  [{ leaseMs: 99 }, 'option `leaseMs` must be a whole number from 100 to 60000'],
  [{ leaseMs: 60_001 }, 'option `leaseMs` must be a whole number from 100 to 60000'],
  [{ leaseMs: 100.5 }, 'option `leaseMs` must be a whole number from 100 to 60000'],
  [{ timeoutMs: '1000' }, 'option `timeoutMs` must be a whole number from 100 to 60000'],
  [{ name: '' }, 'option `name` must be 1 to 64 letters, digits and _ . : -'],
  [{ name: 'a{b}' }, 'option `name` must be 1 to 64 letters, digits and _ . : -'],
  [{ name: 'a'.repeat(65) }, 'option `name` must be 1 to 64 letters, digits and _ . : -'],
  [{ clock: {} }, 'option `clock` must have the functions now() and monotonic()'],
])('refuses %o', (options, message) => {
  expect(() => redisChannel(client, options as RedisChannelOptions)).toThrow(new TypeError(`redisChannel: ${message}`))
})

test.each([undefined, {}, { leaseMs: 100 }, { leaseMs: 60_000, name: 'acme:keys_1.x-y', timeoutMs: 100 }])(
  'takes %o',
  (options) => {
    expect(redisChannel(client, options).leaseMs).toBe(options?.leaseMs ?? 1000)
  },
)
