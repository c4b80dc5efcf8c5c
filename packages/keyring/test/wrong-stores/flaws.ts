// Stores with one thing wrong, each a right store with some of its methods replaced. `rows.ts`, `lists.ts`, `commits.ts` and
// `uses.ts` say what can be wrong with which part; `wrong-store.ts` puts one together.

import type { KeyStore } from '../../src/store.ts'

/** What is wrong with a store, and the promises of the contract that it breaks. */
export interface StoreFlaw {
  readonly name: string
  /** Names of the cases that must refuse it. */
  readonly refusedBy: readonly string[]
  /** Makes the methods that take the place of the right ones. */
  readonly spoil: (right: KeyStore) => Partial<KeyStore>
}
