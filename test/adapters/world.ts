import { createHash } from 'node:crypto'
import {
  type Clock,
  createVerifier,
  type KeyRecord,
  type Verifier,
  type VerifierEvents,
  type VerifierOptions,
} from '@bearward/core'
import { deferred } from './deferred.ts'

/** Stands in everything that a broken store says; must never come out of the server. */
export const MARK = 'postgres://admin:hunter2@db.internal'

const NOW = Date.UTC(2026, 0, 1)
const DEADLINE_MS = 5000

/** What the store knows, by token. A function fails or stalls in its own way. */
const KEYS: Readonly<Record<string, Row | (() => unknown)>> = {
  'reader-key': { id: 'reader', scopes: ['posts:read'] },
  'writer-key': { id: 'writer', scopes: ['posts:write'] },
  'editor-key': { id: 'editor', scopes: ['posts:read', 'posts:write'] },
  'bare-key': { id: 'bare' },
  'expired-key': { id: 'expired', expiresAt: NOW },
  'early-key': { id: 'early', notBefore: NOW + 1 },
  'revoked-key': { id: 'revoked', revokedAt: NOW },
  'disabled-key': { id: 'disabled', disabled: true },
  'throws-key': () => {
    throw hostileError()
  },
  'rejects-key': () => Promise.reject(hostileError()),
  // What a store that rejects with nothing, or with a word, does to code that expects an `Error`.
  'rejects-nothing-key': () => Promise.reject(undefined as unknown as Error),
  'rejects-text-key': () => Promise.reject(MARK as unknown as Error),
  'no-id-key': { id: '' },
  'text-scopes-key': { id: 'text-scopes', scopes: MARK as unknown as string[] },
  'text-date-key': { id: 'text-date', expiresAt: MARK as unknown as Date },
  'not-a-row-key': () => MARK,
  'throwing-getter-key': () => ({
    id: 'getter',
    get scopes(): string[] {
      throw hostileError()
    },
  }),
  'other-digest-key': { id: 'other', digest: createHash('sha256').update('another').digest('hex') },
}

/** Tokens that the store cannot answer for: 503, whatever it does instead. */
export const BROKEN: readonly string[] = [
  'throws-key',
  'rejects-key',
  'rejects-nothing-key',
  'rejects-text-key',
  'no-id-key',
  'text-scopes-key',
  'text-date-key',
  'not-a-row-key',
  'throwing-getter-key',
  'other-digest-key',
]

/** Tokens that are refused with one and the same answer. */
export const REFUSED: readonly string[] = ['unknown-key', 'expired-key', 'early-key', 'revoked-key', 'disabled-key']

export interface Row extends KeyRecord {
  readonly id: string
}

export interface World {
  readonly verifier: Verifier<Row>
  readonly clock: ManualClock
  /** The tokens that the store was asked for, in order. */
  readonly asked: string[]
  readonly failures: VerifierEvents['failed'][]
  /** The store does not answer for this token until `release`. `reached` resolves when it was asked. */
  hold(token: string): { readonly reached: Promise<void>; release(): void }
}

export type Answering = 'at once' | 'later'

/** A verifier over a store that answers at once or later, and a clock that a test moves. */
export function createWorld(
  answering: Answering = 'later',
  options: Partial<VerifierOptions<Row, string>> = {},
): World {
  const clock = new ManualClock()
  const asked: string[] = []
  const failures: VerifierEvents['failed'][] = []
  const held = new Map<string, { readonly reach: () => void; readonly released: Promise<void> }>()

  const verifier = createVerifier<Row>({
    clock,
    deadlineMs: DEADLINE_MS,
    resolve: (digest) => {
      const token = TOKENS.get(digest) ?? 'unknown-key'
      asked.push(token)
      const hold = held.get(token)
      if (hold !== undefined) {
        hold.reach()
        return hold.released.then(() => rowOf(token))
      }
      return answering === 'at once' ? rowOf(token) : new Promise(setImmediate).then(() => rowOf(token))
    },
    ...options,
  })
  verifier.on('failed', (event) => failures.push(event))

  return {
    verifier,
    clock,
    asked,
    failures,
    hold(token) {
      const reached = deferred()
      const released = deferred()
      held.set(token, { reach: reached.resolve, released: released.promise })
      return { reached: reached.promise, release: released.resolve }
    },
  }
}

const TOKENS = new Map(
  Object.keys(KEYS).map((token) => [createHash('sha256').update(token).digest('hex'), token] as const),
)

function rowOf(token: string): Row | null {
  const known = KEYS[token]
  return typeof known === 'function' ? (known() as Row) : (known ?? null)
}

/** An error that asks to be shown: frameworks honour each of these. */
function hostileError(): Error {
  return Object.assign(new Error(MARK), {
    status: 418,
    statusCode: 418,
    expose: true,
    headers: { 'X-Leak': MARK },
    getResponse: () => new Response(MARK, { status: 200 }),
  })
}

/** Stands still until a test moves it; then what is due happens at once. */
class ManualClock implements Clock {
  #elapsed = 0
  readonly #due = new Set<{ readonly at: number; readonly callback: () => void }>()

  now(): number {
    return NOW + this.#elapsed
  }

  monotonic(): number {
    return this.#elapsed
  }

  readonly schedule = (callback: () => void, delayMs: number): (() => void) => {
    const timer = { at: this.#elapsed + delayMs, callback }
    this.#due.add(timer)
    return () => this.#due.delete(timer)
  }

  advance(ms: number): void {
    this.#elapsed += ms
    for (const timer of [...this.#due].filter(({ at }) => at <= this.#elapsed)) {
      this.#due.delete(timer)
      timer.callback()
    }
  }

  /** Lets the deadline of every resolver call pass. */
  passDeadline(): void {
    this.advance(DEADLINE_MS)
  }
}
