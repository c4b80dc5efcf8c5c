import type { Channel } from '@bearward/core'
import type { Host } from './host.ts'
import type { Link } from './network.ts'
import type { Row, Store } from './store.ts'
import type { Timeline } from './timeline.ts'

/** How often a process looks for what was committed and never published. */
export const SWEEP_MS = 200

/** What a broken variant does instead. */
export interface KeyringFlaws {
  readonly publishesFirst?: boolean
  readonly hasNoOutbox?: boolean
  readonly takesSequencesEarly?: boolean
}

interface World {
  readonly timeline: Timeline
  readonly host: Host
  readonly link: Link
  readonly store: Store
  readonly channel: Channel
  readonly loss: () => number
  /** For how long a transaction stays open between its first write and its commit. */
  readonly openMs: () => number
  /** Called at the moment of the commit. */
  readonly committed: (row: Row) => void
  readonly flaws: KeyringFlaws
}

/** The half of a keyring that matters here: commit with an outbox row, then publish, and sweep up what others left. */
export class ModelKeyring {
  readonly #world: World
  readonly #publishing = new Set<number>()

  constructor(world: World) {
    this.#world = world
    this.#scheduleSweep()
  }

  /** Resolves when no process may go on as if nothing had happened. */
  async write(row: Row): Promise<void> {
    const { channel, flaws, host } = this.#world
    const invalidations = [{ id: row.id }]
    if (flaws.publishesFirst) {
      await channel.publish({ invalidations })
      await new Promise<void>((wait) => host.schedule(wait, 5))
      await this.#commit(row)
      return
    }
    const sequence = await this.#commit(row)
    this.#publishing.add(sequence)
    try {
      await channel.publish({ invalidations, sequence })
    } finally {
      this.#publishing.delete(sequence)
    }
    if (!channel.durable) await this.#remove(sequence).catch(() => {})
  }

  #commit(row: Row): Promise<number> {
    const { channel, host, link, store, timeline, loss, openMs, committed, flaws } = this.#world
    const invalidations = [{ id: row.id }]
    const commit = (): number => {
      committed(row)
      return store.commit(row, flaws.hasNoOutbox && !channel.durable ? undefined : invalidations)
    }
    if (!flaws.takesSequencesEarly) return link.ask(host, loss(), commit, openMs())
    return new Promise((resolve, reject) => {
      const begin = (): number => {
        const sequence = store.takeSequence()
        timeline.after(openMs() + 1, () => {
          committed(row)
          store.commitAs(sequence, row, invalidations)
          link.carry(link.delay(), () => host.deliver({}, () => resolve(sequence)))
        })
        return sequence
      }
      link.ask(host, loss(), begin).catch(reject)
    })
  }

  #remove(sequence: number): Promise<void> {
    const { host, link, store, loss } = this.#world
    return link.ask(host, loss(), () => store.remove(sequence))
  }

  #scheduleSweep(): void {
    const { channel, host } = this.#world
    if (channel.durable) return
    host.schedule(() => {
      void this.#sweep().catch(() => {})
      this.#scheduleSweep()
    }, SWEEP_MS)
  }

  async #sweep(): Promise<void> {
    const { channel, host, link, store, loss } = this.#world
    for (const left of await link.ask(host, loss(), () => store.outbox)) {
      if (this.#publishing.has(left.sequence)) continue
      await channel.publish(left, { confirm: false })
      await this.#remove(left.sequence)
    }
  }
}
