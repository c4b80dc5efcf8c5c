import { type Clock, MINUTE } from '@bearward/core'
import type { Census } from '@bearward/core/channel'

/** A member as the server keeps it; its score changes with each proof. */
export interface Entry {
  readonly id: string
  readonly score: string
}

/** What every script that opens the registry answers. */
export interface Answer {
  /** The run of the server that took the command: another one after a restart or a failover. */
  readonly runId: string
  readonly registryId: string
  /** The lease of those that are registered, in milliseconds. */
  readonly leaseMs: number
  /** Whether the registry is known to have lived for a lease. */
  readonly isMature: boolean
  readonly entries: readonly Entry[]
}

/** Members that one answer names at most. Where there are more, every lease is waited out. */
export const MAX_ENTRIES = 10_000
const SHORTEST_LEASE_MS = 100
const LONGEST_LEASE_MS: number = MINUTE

/**
 * Reads the answer of a script. What it says of the registry may have been written by any client of the server.
 *
 * @throws Error when the answer is none of the scripts'
 */
export function readAnswer(answer: unknown): Answer {
  if (!Array.isArray(answer) || answer.length < 4) throw unreadable()
  const texts = answer.map((each: unknown) => (typeof each === 'number' ? String(each) : each))
  if (!texts.every((each) => typeof each === 'string')) throw unreadable()
  const [runId = '', registryId = '', lease = '', mature = '', ...rest] = texts
  const leaseMs = Number(lease)
  if (!Number.isInteger(leaseMs) || leaseMs < SHORTEST_LEASE_MS || leaseMs > LONGEST_LEASE_MS) throw unreadable()
  const entries: Entry[] = []
  for (let i = 0; i + 1 < rest.length; i += 2) entries.push({ id: String(rest[i]), score: String(rest[i + 1]) })
  return { runId, registryId, leaseMs, isMature: mature === '1', entries }
}

function unreadable(): Error {
  return new Error('redisChannel: Redis gave an answer that is not understood')
}

/**
 * What this process knows of the registry by its own monotonic clock, which nobody sets. The server has only a wall
 * clock: were it set forward, a registry would seem older than it is, and members dead that hold a lease.
 */
export class Registry {
  readonly #clock: Clock
  #id = ''
  /** Monotonic time at which the registry was there for certain. */
  #seenAt = 0
  #leaseMs = 0
  #isMature = false
  readonly #suspects = new Map<string, { readonly score: string; readonly seenAt: number }>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Learns from an answer to a proof, whose entries are the suspects. */
  learn(answer: Answer): void {
    const now = this.#note(answer)
    const suspects = new Map(answer.entries.map(({ id, score }) => [id, score]))
    for (const [id, { score }] of this.#suspects) if (suspects.get(id) !== score) this.#suspects.delete(id)
    for (const [id, score] of suspects) if (!this.#suspects.has(id)) this.#suspects.set(id, { score, seenAt: now })
  }

  /** The registry to declare old enough, or `''`. */
  ripe(): string {
    return !this.#isMature && this.#ageMs() >= this.#leaseMs ? this.#id : ''
  }

  /** Members that have not proved anything for a whole lease: whatever they held has run out. */
  dead(): Entry[] {
    const now = this.#clock.monotonic()
    const dead: Entry[] = []
    for (const [id, { score, seenAt }] of this.#suspects) if (now - seenAt >= this.#leaseMs) dead.push({ id, score })
    return dead
  }

  /**
   * Who is to be waited for, from an answer to a publication. Each may have registered a moment ago, so each may hold a
   * whole lease.
   */
  census(answer: Answer): Census {
    this.#note(answer)
    const members = answer.entries.map(({ id }) => ({ id, leaseLeftMs: answer.leaseMs }))
    if (members.length > MAX_ENTRIES) return { members, registryAgeMs: 0 }
    return { members, registryAgeMs: answer.isMature ? undefined : Math.floor(this.#ageMs()) }
  }

  #note({ registryId, leaseMs, isMature }: Answer): number {
    const now = this.#clock.monotonic()
    if (registryId !== this.#id) {
      this.#id = registryId
      this.#seenAt = now
      this.#suspects.clear()
    }
    this.#leaseMs = leaseMs
    this.#isMature = isMature
    return now
  }

  #ageMs(): number {
    return this.#clock.monotonic() - this.#seenAt
  }
}
