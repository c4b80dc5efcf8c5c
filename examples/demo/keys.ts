import { DatabaseSync } from 'node:sqlite'
import { keyFormat } from '@bearward/core'
import { createKeyring, type Keyring, type KeyringRecord } from '@bearward/keyring'
import { sqlChannel, sqlite } from '@bearward/sql'

const SCOPES = ['posts:read', 'posts:write'] as const
export type Scope = (typeof SCOPES)[number]
export const format = keyFormat({ prefix: 'acme', environments: ['live', 'test'] })

/** The keys of the demo: a keyring over one SQLite file, which holds digests and never tokens. Any process may open it. */
export interface DemoKeys {
  readonly keyring: Keyring<Scope>
  /** How often the store was asked for a key. */
  readonly reads: () => number
  /** An outage: the table is gone, and every query fails until the returned function is called. */
  takeDown(): () => void
}

export function openKeys(file: string): DemoKeys {
  const store = sqlite(file)
  let reads = 0
  const counted = new Proxy(store, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name)
      if (name === 'findByDigest') reads++
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
  return {
    keyring: createKeyring({ store: counted, channel: sqlChannel(store), format, scopes: SCOPES }),
    reads: () => reads,
    takeDown() {
      const other = new DatabaseSync(file)
      other.exec('pragma busy_timeout = 1000; alter table bearward_keys rename to bearward_keys_away')
      return () => {
        other.exec('alter table bearward_keys_away rename to bearward_keys')
        other.close()
      }
    },
  }
}

/** What the handlers show of the key that a request came with. */
export function planOf({ metadata: { plan } }: KeyringRecord): string {
  return typeof plan === 'string' ? plan : 'free'
}
