import { type Channel, keyFormat, localChannel, type Verifier } from '@bearward/core'
import { createKeyring, type Keyring, type KeyringRecord, type KeyStore, memoryStore } from '@bearward/keyring'
import { ManualClock } from '../../../core/test/manual-clock.ts'
import type { Access } from '../../src/access.ts'
import { type Console, type ConsoleOptions, createConsole } from '../../src/index.ts'

export const NOW: number = Date.UTC(2026, 0, 1)
export const BASE = '/settings/keys'
export const ORIGIN = 'https://app.example'

/** Whom `authorize` of these tests knows, by the header field `X-User`. */
const PEOPLE: Readonly<Record<string, Access>> = {
  alice: { actor: 'alice', owner: 'acct_1' },
  bob: { actor: 'bob', owner: 'acct_2' },
  reader: { actor: 'reader', owner: 'acct_1', scopes: ['posts:read'] },
  ops: { actor: 'ops@example.com', operator: true },
}

export type Headers = Readonly<Record<string, string>>

export interface Sent {
  readonly as?: string | undefined
  readonly body?: unknown
  /** In place of `body`, as it is. */
  readonly text?: string
  readonly headers?: Headers
}

export interface World {
  readonly keyring: Keyring
  readonly store: KeyStore
  readonly clock: ManualClock
  readonly console: Console
  readonly verifier: Verifier<KeyringRecord>
  readonly failures: unknown[]
  /** Sends a request to what stands under the base path. */
  send(method: string, path: string, sent?: Sent): Promise<Response>
}

/** What sees each answer before a test does. */
export type Check = (method: string, path: string, answer: Response) => Promise<void>

export interface WorldOptions extends Partial<Omit<ConsoleOptions, 'keyring'>> {
  readonly store?: KeyStore
  readonly channel?: Channel
  readonly scopes?: readonly string[]
  readonly keyring?: Keyring
}

/** A console over a keyring in memory, with time that stands still. */
export function createWorld(options: WorldOptions = {}, check?: Check): World {
  const { store = memoryStore(), channel, scopes = ['posts:read', 'posts:write'], ...rest } = options
  const clock = new ManualClock(NOW)
  const keyring =
    options.keyring ??
    createKeyring({
      store,
      channel: channel ?? localChannel({ clock }),
      clock,
      scopes,
      format: keyFormat({ prefix: 'acme', environments: ['live', 'test'] }),
    })
  const failures: unknown[] = []
  const console = createConsole({
    authorize: (request) => PEOPLE[request.headers.get('x-user') ?? ''] ?? null,
    basePath: BASE,
    onFailure: (error) => failures.push(error),
    clock,
    issueLimit: { max: 1_000_000, windowMs: 60_000 },
    ...rest,
    keyring,
  })
  const send = async (method: string, path: string, { as = 'alice', body, text, headers }: Sent = {}) => {
    const content = text ?? (body === undefined ? undefined : JSON.stringify(body))
    const request = new Request(ORIGIN + console.basePath + path, {
      method,
      headers: {
        'X-User': as,
        ...(content !== undefined && { 'Content-Type': 'application/json' }),
        ...headers,
      },
      ...(content !== undefined && { body: content }),
    })
    const answer = await console.fetch(request, { address: '192.0.2.1' })
    await check?.(method, path, answer.clone())
    return answer
  }
  let verifier: Verifier<KeyringRecord> | undefined
  return {
    keyring,
    store,
    clock,
    console,
    failures,
    send,
    get verifier() {
      verifier ??= keyring.verifier({ cache: false })
      return verifier
    },
  }
}

let attempts = 0

/** A new Idempotency-Key. */
export function fresh(): Headers {
  return { 'Idempotency-Key': `attempt-${attempts++}` }
}
