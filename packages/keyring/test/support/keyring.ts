import { type Confirmation, keyFormat } from '@bearward/core'
import { ManualClock } from '../../../core/test/manual-clock.ts'
import {
  createKeyring,
  type Keyring,
  type KeyringError,
  type KeyringEvent,
  type KeyringOptions,
  type KeyStore,
  memoryStore,
} from '../../src/index.ts'

export const NOW: number = Date.UTC(2026, 0, 1)

export interface Told {
  readonly name: KeyringEvent
  readonly facts: Record<string, unknown>
}

export interface SetUp {
  readonly keyring: Keyring
  readonly store: KeyStore
  readonly clock: ManualClock
  /** Every event so far, oldest first. */
  readonly told: Told[]
}

const EVENTS: readonly KeyringEvent[] = [
  'issued',
  'redigested',
  'updated',
  'disabled',
  'enabled',
  'rotated',
  'revoked',
  'retired',
  'expired',
  'expiring',
  'rotated_key_used',
  'first_used',
  'used_from_new_address',
  'published',
  'usage_dropped',
  'failed',
]

export function setUp(options: Partial<KeyringOptions> = {}): SetUp {
  const clock = new ManualClock(NOW)
  const store = options.store ?? memoryStore()
  const format = keyFormat({ prefix: 'acme', environments: ['live', 'test'] })
  const keyring = createKeyring({ format, clock, ...options, store })
  const told: Told[] = []
  for (const name of EVENTS) {
    keyring.on(name, (facts) => told.push({ name, facts: facts as unknown as Record<string, unknown> }))
  }
  return { keyring, store, clock, told }
}

export function namesOf(told: readonly Told[]): KeyringEvent[] {
  return told.map(({ name }) => name).filter((name) => name !== 'published')
}

export async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise
  } catch (error) {
    const { code, field } = error as KeyringError
    return field === undefined ? code : `${code} ${field}`
  }
  return 'done'
}

export const CONFIRMED: Partial<Confirmation> = { confirmed: true, boundMs: 0 }

/** Lets whatever hangs on resolved promises run. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve()
}
