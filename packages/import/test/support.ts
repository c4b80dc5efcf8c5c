import { type Digester, keyFormat } from '@bearward/core'
import {
  createKeyring,
  type ForeignFormat,
  type ImportRow,
  type Keyring,
  type KeyStore,
  memoryStore,
} from '@bearward/keyring'
import vectors from '../../../test/vectors/import.json' with { type: 'json' }
import {
  betterAuthKeys,
  betterAuthRow,
  drfKeys,
  drfRow,
  githubStyleTokens,
  keypalKeys,
  keypalRow,
  plainKeys,
  plainRow,
  prefixedApiKeyRow,
  prefixedApiKeys,
  type Row,
  sanctumRow,
  sanctumTokens,
  unkeyKeys,
  unkeyRow,
} from '../src/index.ts'

export interface Vector {
  readonly name: string
  readonly source: string
  readonly system: string
  readonly token: string
  readonly row: Row
  /** What the store keeps of it. */
  readonly stored: string
}

export const VECTORS: readonly Vector[] = vectors as unknown as readonly Vector[]

/** Every format at once, as an application that has been through much would have them. */
export const IMPORTS: readonly ForeignFormat[] = [
  unkeyKeys({ prefix: ['acme', ''] }),
  betterAuthKeys({ prefix: ['acme_', ''] }),
  keypalKeys({ prefix: ['sk_live_', ''] }),
  keypalKeys({ prefix: 'sk_live_', salt: 'pepper1' }),
  prefixedApiKeys(),
  sanctumTokens({ tokenPrefix: ['', 'acme_'] }),
  drfKeys(),
  githubStyleTokens(),
  plainKeys({ pattern: /[0-9a-f]{40}/ }),
]

const READERS: Readonly<Record<string, (row: Row) => ImportRow>> = {
  unkey: unkeyRow(),
  'better-auth': betterAuthRow(),
  keypal: keypalRow(),
  'keypal-salted': keypalRow(),
  'prefixed-api-key': prefixedApiKeyRow(),
  sanctum: sanctumRow(),
  drf: drfRow(),
  github: plainRow({ format: 'github' }),
  plain: plainRow(),
}

export interface World {
  readonly keyring: Keyring
  readonly store: KeyStore
  /** What each lookup asked for, oldest first. */
  readonly lookups: (readonly string[])[]
}

/** A keyring with all formats, and a store that counts. */
export function setUp(store: KeyStore = memoryStore(), digest?: Digester): World {
  const lookups: (readonly string[])[] = []
  const { findByDigest } = store
  const counting = Object.assign(store, {
    findByDigest(digests: readonly string[], context: { readonly fresh: boolean }) {
      lookups.push(digests)
      return findByDigest.call(store, digests, context)
    },
  })
  const format = keyFormat({ prefix: 'own' })
  return { keyring: createKeyring({ store: counting, format, digest, imports: IMPORTS }), store, lookups }
}

/** Imports one vector's row. */
export async function importVector({ keyring }: World, { system, row }: Vector): Promise<void> {
  const read = READERS[system]
  if (read === undefined) throw new Error(`no reader: ${system}`)
  const { imported, problems } = await keyring.import([row], { read })
  if (imported !== 1) throw new Error(`not imported: ${problems[0]?.message}`)
}
