import { canonicalAddress } from '@bearward/core'
import { MAX_ADDRESSES, type Use, type UseOutcome } from './store.ts'

/** An address that a key was used from. */
export interface AddressUse {
  readonly address: string
  /** Epoch milliseconds; `null` where that was not written down yet when it was used. */
  readonly lastUsedAt: number | null
}

/** What is on record of a key's use, beside the counts by day. */
export interface UseRecord {
  /** Epoch milliseconds. */
  readonly lastUsedAt: number
  /** The client's address of the latest use that told one. */
  readonly lastUsedFrom: string | null
  /** The last 16, the latest first. */
  readonly addresses: readonly AddressUse[]
}

/**
 * The record after one more use, for a store's `recordUse()`. Spellings of one IP address count as one, also where
 * the record has several that were written down before.
 *
 * @param before what is on record; `undefined` where the key was not used yet
 * @returns the record that takes its place, and what was new about the use
 * @example
 * ```ts
 * import { noteUse } from '@bearward/keyring'
 *
 * const { record, outcome } = noteUse(undefined, { keyId: 'key_1', at: 1_767_225_600_000, from: '192.0.2.1' })
 * record.lastUsedFrom // '192.0.2.1'
 * outcome.isFirst     // true
 * ```
 */
export function noteUse(
  before: UseRecord | undefined,
  use: Use,
): { readonly record: UseRecord; readonly outcome: UseOutcome } {
  const { keyId, at } = use
  const from = canonical(use.from)
  const { lastUsedAt, lastUsedFrom } = before ?? { lastUsedAt: at, lastUsedFrom: from }
  const addresses = merged(before?.addresses ?? [])
  return {
    record: {
      lastUsedAt: Math.max(lastUsedAt, at),
      lastUsedFrom: at >= lastUsedAt && from !== null ? from : canonical(lastUsedFrom),
      addresses: from === null ? addresses : withAddress(addresses, from, at),
    },
    outcome: {
      keyId,
      isFirst: before === undefined,
      isNewAddress: from !== null && !addresses.some(({ address }) => address === from),
    },
  }
}

function canonical<T extends string | null>(address: T): string | T {
  return address === null ? address : (canonicalAddress(address) ?? address)
}

/** The addresses with each one once, at its latest use; they come the latest first. */
function merged(addresses: readonly AddressUse[]): AddressUse[] {
  const latest = new Map<string, AddressUse>()
  for (const { address: spelling, lastUsedAt } of addresses) {
    const address = canonical(spelling)
    if (!latest.has(address)) latest.set(address, { address, lastUsedAt })
  }
  return [...latest.values()]
}

function withAddress(known: readonly AddressUse[], address: string, at: number): AddressUse[] {
  const before = known.find((each) => each.address === address)?.lastUsedAt ?? at
  return [{ address, lastUsedAt: Math.max(before, at) }, ...known.filter((each) => each.address !== address)]
    .sort((one, other) => (other.lastUsedAt ?? 0) - (one.lastUsedAt ?? 0))
    .slice(0, MAX_ADDRESSES)
}
