import { endOf, type Key, keyOf, type Metadata, type StoredKey, stateOf, type Usage } from './key.ts'
import type { KeyStore } from './store.ts'

/** A side of a key in its rotation chain: the keys that it replaced, or those that replace it. */
export type Side = 'rotatedFrom' | 'rotatedTo'

const OPPOSITE: Readonly<Record<Side, Side>> = { rotatedFrom: 'rotatedTo', rotatedTo: 'rotatedFrom' }

/** A key as a store returns it. */
type Row = StoredKey & Usage

/**
 * Reads the keys that rotations have linked, one read for each link. A link counts when both keys name each other: an id
 * that was deleted and given to another key leads nowhere. With an owner, the chain ends at a key of another.
 */
export class ChainReader {
  readonly #store: KeyStore
  readonly #owner: string | undefined
  /** Keys that have ended: their rows and links change no more, so a change that is tried again does not read them. */
  readonly #ended = new Map<string, Row>()

  constructor(store: KeyStore, owner: string | undefined) {
    this.#store = store
    this.#owner = owner
  }

  /** Keys on one side of a key, the nearest first. */
  async links(from: StoredKey, side: Side, now: number, most: number = Number.POSITIVE_INFINITY): Promise<Row[]> {
    const links: Row[] = []
    const seen = new Set([from.id])
    for (let at = from; links.length < most; ) {
      const id = at[side]
      const link = id === null || seen.has(id) ? undefined : await this.#read(id, now)
      if (link === undefined || link[OPPOSITE[side]] !== at.id) return links
      links.push(link)
      seen.add(link.id)
      at = link
    }
    return links
  }

  async #read(id: string, now: number): Promise<Row | undefined> {
    const known = this.#ended.get(id)
    if (known !== undefined) return known
    const row = await this.#store.findById(id)
    if (row === null || (this.#owner !== undefined && row.owner !== this.#owner)) return undefined
    if (isOver(row, now)) this.#ended.set(id, row)
    return row
  }
}

/** Returns `true` for a key that no method can bring back. */
export function isOver(key: StoredKey, now: number): boolean {
  return ['expired', 'retired', 'revoked'].includes(stateOf(key, now))
}

/** A key that verifiers accept, now or from its `notBefore` on, although another key of its chain is refused. */
export interface StillAccepted<M extends object = Metadata, E extends string = string> {
  readonly key: Key<M, E>
  /** Epoch milliseconds at which it ends by itself; `null` when nothing ends it. */
  readonly until: number | null
}

/** Keys of a chain that are accepted still, oldest first. */
export async function acceptedLinks(
  reader: ChainReader,
  key: StoredKey,
  sides: readonly Side[],
  now: number,
): Promise<readonly StillAccepted[]> {
  const older = sides.includes('rotatedFrom') ? await reader.links(key, 'rotatedFrom', now) : []
  const newer = sides.includes('rotatedTo') ? await reader.links(key, 'rotatedTo', now) : []
  return [...older.reverse(), ...newer]
    .filter((link) => ['active', 'retiring', 'scheduled'].includes(stateOf(link, now)))
    .map((link) => ({ key: keyOf(link, now), until: endOf(link) }))
}
