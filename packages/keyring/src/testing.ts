// What a store is tested against: `@bearward/keyring/testing`.

import { answerCases } from './contract/answers.ts'
import { commitCases } from './contract/commits.ts'
import { type ContractCase, type StoreHarness, withStore } from './contract/harness.ts'
import { listCases } from './contract/lists.ts'
import { raceCases } from './contract/races.ts'
import { rowCases } from './contract/rows.ts'
import { usageCases } from './contract/uses.ts'

export type { ContractCase, OpenStore, StoreHarness } from './contract/harness.ts'

/**
 * The contract of a `KeyStore`, as cases for any test runner. Each opens a store of its own.
 *
 * @param harness how to open an empty store, and what else it can show
 * @returns cases to be registered one by one; `run` rejects when the store does not keep the contract. Those that need
 *   what the harness does not offer are left out
 * @example
 * ```ts
 * import { test } from 'node:test'
 * import { memoryStore } from '@bearward/keyring'
 * import { storeContract } from '@bearward/keyring/testing'
 *
 * for (const { name, run } of storeContract({ open: async () => ({ store: memoryStore() }) })) test(name, run)
 * ```
 */
export function storeContract(harness: StoreHarness): readonly ContractCase[] {
  const all = [...rowCases, ...answerCases, ...commitCases, ...listCases, ...usageCases, ...raceCases]
  return all
    .filter(({ needs }) => needs === undefined || harness.offers?.includes(needs))
    .map(({ name, run }) => ({ name, run: () => withStore(harness, run) }))
}
