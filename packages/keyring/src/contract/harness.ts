import type { KeyStore } from '../store.ts'

/** A store on data of its own, empty when it is opened. */
export interface OpenStore {
  readonly store: KeyStore
  /** Opens the same data once more, as another process would. */
  another?(): Promise<KeyStore>
  /** Arranges that the connection is lost in the middle of the next commit of `store`, after its first write. */
  interruptNextCommit?(): Promise<void> | void
  /** Removes the data; the stores have been closed. */
  remove?(): Promise<void>
}

/** How the contract gets at the stores that it tests. */
export interface StoreHarness {
  open(): Promise<OpenStore>
  /** Which of the optional methods every opened store has. Default none. */
  readonly offers?: readonly ('another' | 'interruptNextCommit')[]
}

/** One promise of the contract. */
export interface ContractCase {
  readonly name: string
  /** Rejects when it is not kept. */
  run(): Promise<void>
}

/** A case before it has a store. */
export interface StoreCase {
  readonly name: string
  /** What it needs of a harness besides `open()`. */
  readonly needs?: 'another' | 'interruptNextCommit'
  run(context: CaseContext): Promise<void>
}

export interface CaseContext extends OpenStore {
  /** Opens another store on the same data, and closes it in the end; the same one where a harness has no other. */
  openAnother(): Promise<KeyStore>
}

export async function withStore(harness: StoreHarness, run: (context: CaseContext) => Promise<void>): Promise<void> {
  const opened = await harness.open()
  const others: KeyStore[] = []
  const openAnother = async (): Promise<KeyStore> => {
    if (opened.another === undefined) return opened.store
    const other = await opened.another()
    others.push(other)
    return other
  }
  try {
    await run({ ...opened, openAnother })
  } finally {
    for (const store of [...others, opened.store]) await store.close()
    await opened.remove?.()
  }
}
