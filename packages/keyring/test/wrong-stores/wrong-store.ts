import { memoryStore } from '../../src/memory.ts'
import type { Commit, KeyStore } from '../../src/store.ts'
import type { OpenStore, StoreHarness } from '../../src/testing.ts'
import type { StoreFlaw } from './flaws.ts'

/** What is wrong with how a store is opened, or with what a lost connection leaves. */
export type OpeningFlaw = 'half-written' | 'apart'

/** A store in memory that offers what the contract can ask for, with the flaw, or with none. */
export function harnessOf(flaw?: StoreFlaw, opening?: OpeningFlaw): StoreHarness {
  return { offers: ['another', 'interruptNextCommit'], open: async () => open(flaw, opening) }
}

function open(flaw: StoreFlaw | undefined, opening: OpeningFlaw | undefined): OpenStore {
  let isArmed = false
  const right = methodsOf(memoryStore())
  const { commit } = right
  right.commit = async (given: Commit) => {
    if (!isArmed) return commit(given)
    isArmed = false
    if (opening === 'half-written') await commit({ ...given, audit: [], outbox: false })
    throw new Error('the connection was lost')
  }
  const store: KeyStore = { ...right, ...flaw?.spoil(right) }
  return {
    store,
    another: async () => (opening === 'apart' ? memoryStore() : { ...store, close: async () => {} }),
    interruptNextCommit() {
      isArmed = true
    },
  }
}

/** The methods of a store as fields of an object, each of which can be replaced. */
function methodsOf(store: KeyStore): KeyStore {
  return {
    findByDigest: (digests, context) => store.findByDigest(digests, context),
    findById: (id) => store.findById(id),
    list: (query) => store.list(query),
    listEnding: (query) => store.listEnding(query),
    commit: (commit) => store.commit(commit),
    audit: (query) => store.audit(query),
    recordUse: (uses) => store.recordUse(uses),
    usage: (keyId, sinceDay) => store.usage(keyId, sinceDay),
    outbox: (query) => store.outbox(query),
    close: () => store.close(),
  }
}
