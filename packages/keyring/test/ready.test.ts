import { type Channel, keyFormat, localChannel } from '@bearward/core'
import { describe, expect, test } from 'vitest'
import { ManualClock } from '../../core/test/manual-clock.ts'
import { ScriptedChannel } from '../../core/test/support/scripted-channel.ts'
import { createKeyring, KeyringError, type KeyStore, memoryStore } from '../src/index.ts'
import { adviceOn, safeMessage } from '../src/safe-message.ts'

const format = keyFormat({ prefix: 'acme' })
const SECRET = 'hush-hush'

function setUp({ store = memoryStore(), channel }: { store?: KeyStore; channel?: Channel } = {}) {
  const clock = new ManualClock()
  const keyring = createKeyring({ store, format, clock, channel: channel ?? localChannel({ clock }) })
  return { clock, keyring }
}

/** What it rejects with, while time passes. */
async function failureOf(ready: Promise<void>, clock?: ManualClock): Promise<KeyringError> {
  let failure: unknown
  let isSettled = false
  const settled = ready.then(
    () => {
      isSettled = true
    },
    (error: unknown) => {
      failure = error
      isSettled = true
    },
  )
  while (!isSettled) {
    await new Promise((resolve) => setImmediate(resolve))
    clock?.advance(100)
  }
  await settled
  expect(failure).toBeInstanceOf(KeyringError)
  return failure as KeyringError
}

/** A store that has failed in this way. */
function failing(error: unknown, method: 'ready' | 'findById' = 'ready'): KeyStore {
  const fail = () => Promise.reject(error as Error)
  return Object.assign(memoryStore(), { [method]: fail })
}

describe('ready()', () => {
  test('resolves over a store in memory, as often as it is asked, and leaves no timer', async () => {
    const { keyring, clock } = setUp()
    await keyring.ready()
    await Promise.all([keyring.ready(), keyring.ready({ deadlineMs: 1 })])
    expect(clock.pending).toBe(0)
    expect((await keyring.list()).keys).toEqual([])
  })

  test('asks a store for one key when it has no ready() of its own', async () => {
    const error = new Error('the disk is full')
    const { keyring } = setUp({ store: failing(error, 'findById') })
    expect(await failureOf(keyring.ready())).toMatchObject({
      code: 'not_ready',
      message: 'the store is not ready: the disk is full',
    })
  })

  test('says what is wrong, and what to do', async () => {
    const refused = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:5432'), { code: 'ECONNREFUSED' })
    const { keyring } = setUp({ store: failing(refused) })
    const { message } = await failureOf(keyring.ready())
    expect(message).toBe(
      'the store is not ready: connect ECONNREFUSED 127.0.0.1:5432; check that it runs, and the host and port of its address',
    )
  })

  test('ends at its deadline, whatever does not answer', async () => {
    const silent = Object.assign(memoryStore(), { ready: () => new Promise<void>(() => {}) })
    const one = setUp({ store: silent })
    const { message } = await failureOf(one.keyring.ready(), one.clock)
    expect(message).toContain('the store is not ready: it did not answer within 5000 ms')
    expect(one.clock.pending).toBe(0)
    const channel = new ScriptedChannel()
    const other = setUp({ channel })
    const late = await failureOf(other.keyring.ready({ deadlineMs: 700 }), other.clock)
    expect(late.message).toContain('the channel is not ready: it did not answer within 700 ms')
  })

  test('tries a channel that is about to connect again, for two leases', async () => {
    const channel = new ScriptedChannel()
    const { keyring, clock } = setUp({ channel })
    let isReady = false
    const ready = keyring.ready().then(() => {
      isReady = true
    })
    while (!isReady) {
      await new Promise((resolve) => setImmediate(resolve))
      channel.proofs.shift()?.[clock.monotonic() < 1500 ? 'reject' : 'resolve'](new Error('not connected yet') as never)
      clock.advance(50)
    }
    await ready
    expect(channel.subscribers).toEqual([])
    const never = Object.assign(new ScriptedChannel(), { subscribe: () => ({ prove: fail, close: async () => {} }) })
    function fail(): Promise<never> {
      return Promise.reject(new Error('WRONGPASS invalid username-password pair'))
    }
    const other = setUp({ channel: never })
    expect((await failureOf(other.keyring.ready({ deadlineMs: 60_000 }), other.clock)).message).toBe(
      'the channel is not ready: WRONGPASS invalid username-password pair; check the user and the password of its address',
    )
    expect(other.clock.monotonic()).toBeLessThan(10_000)
  })

  test('asks a channel for what a proof does not need', async () => {
    const own = localChannel()
    const channel = { ...own, ready: () => Promise.reject(new Error('no right to leave')) }
    expect((await failureOf(setUp({ channel }).keyring.ready())).message).toBe(
      'the channel is not ready: no right to leave',
    )
  })

  test('rejects after the keyring was closed', async () => {
    const { keyring } = setUp()
    await keyring.close()
    expect(await failureOf(keyring.ready())).toMatchObject({ code: 'closed' })
  })

  test.each([0, -1, 1.5, 60_001, Number.NaN, '5000', null])('takes no deadline of %j', async (deadlineMs) => {
    const failure = await failureOf(setUp().keyring.ready({ deadlineMs: deadlineMs as never }))
    expect(failure).toMatchObject({ code: 'invalid_input', field: 'deadlineMs' })
  })

  test('takes no option that it does not know', async () => {
    const failure = await failureOf(setUp().keyring.ready({ deadline: 5 } as never))
    expect(failure).toMatchObject({ code: 'invalid_input', field: 'deadline' })
  })
})

describe('a message that is passed on', () => {
  const address = `postgres://app:${SECRET}@db.example:5432/acme`
  const errors: [string, unknown][] = [
    ['an address in the words', new Error(`cannot connect to ${address}`)],
    [
      'an address with a password that is not encoded',
      new Error(`bad address: mysql://app:${SECRET}@x/y@host/db here`),
    ],
    ['a user alone', new Error(`redis://:${SECRET}@host`)],
    ['a pair of words', new Error(`host=db user=app password=${SECRET} dbname=x`)],
    ['a pair in quotes', new Error(`Password: "${SECRET} ${SECRET}", pwd='${SECRET}'`)],
    ['what it was given', Object.assign(new TypeError('Invalid URL'), { code: 'ERR_INVALID_URL', input: address })],
    ['the command', Object.assign(new Error('WRONGPASS'), { command: { name: 'auth', args: [SECRET] } })],
    ['its cause', new Error('no connection', { cause: new Error(`auth at ${address} failed`) })],
    ['one of many', new AggregateError([new Error(`a ${address}`), new Error('b')], '')],
    ['a text that was thrown', `cannot connect to ${address}`],
  ]
  test.each(errors)('holds no password, where the error has it in %s', async (_where, error) => {
    const failure = await failureOf(setUp({ store: failing(error) }).keyring.ready())
    expect(failure.code).toBe('not_ready')
    // With all that a log would print of it.
    const { inspect } = await import('node:util')
    expect(inspect(failure, { depth: 10, showHidden: true })).not.toContain(SECRET)
  })

  test('names hosts, roles and tables', () => {
    expect(safeMessage(new Error('no pg_hba.conf entry for host "10.0.0.1", user "app"'))).toContain('user "app"')
    expect(safeMessage(new Error(`cannot connect to ${address}`))).toBe(
      'cannot connect to postgres://***@db.example:5432/acme',
    )
    expect(safeMessage(new Error('permission denied for schema auth: the owner'))).toContain('auth: the owner')
  })

  test('says each thing once, and has an end', () => {
    const refused = (port: number) =>
      Object.assign(new Error(`connect ECONNREFUSED ::1:${port}`), { code: 'ECONNREFUSED' })
    const many = Object.assign(new AggregateError([refused(1), refused(2)], ''), { code: 'ECONNREFUSED' })
    expect(safeMessage(many)).toBe('ECONNREFUSED: connect ECONNREFUSED ::1:1: connect ECONNREFUSED ::1:2')
    const circular = new Error('round')
    circular.cause = circular
    expect(safeMessage(circular)).toBe('round')
    expect(safeMessage(new Error('x'.repeat(1_000_000))).length).toBe(1001)
    const long = `${'x'.repeat(980)} postgres://app:${SECRET}${'/'.repeat(1000)}@host`
    expect(safeMessage(new Error(long))).not.toContain('hush')
    for (const nothing of [undefined, null, 5, {}, new Error()])
      expect(safeMessage(nothing)).toMatch(/^no .* was given$/)
  })

  test.each([
    ['getaddrinfo ENOTFOUND db', 'check that it runs'],
    ['Invalid URL', 'write its address as'],
    ['password authentication failed for user "app"', 'check the user and the password'],
    ["Access denied for user 'app'@'localhost' (using password: YES)", 'check the user and the password'],
    ['database "acme" does not exist', 'create the database'],
    ['self-signed certificate', 'check the TLS settings'],
    ['something else', ''],
  ])('%s: %s', (message, advice) => {
    expect(adviceOn(message)).toContain(advice)
  })
})
