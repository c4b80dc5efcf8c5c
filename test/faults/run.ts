import { truncateSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import type { Fault, Strike } from './fault.ts'
import { type Claim, check, type Findings, sharedClock } from './history.ts'
import type { Action } from './protocol.ts'
import type { Node, World, WorldOptions } from './world.ts'

/** Keys that are disabled before a fault and enabled under it, and keys that nothing happens to, in each batch. */
const ENABLED = 4
const SPARED = 2

/** A channel with all that is tried on it. */
export interface Channel<W extends World<N>, N extends Node = W['nodes'][number]> {
  readonly name: string
  readonly faults: readonly Fault<W, N>[]
  create(options: WorldOptions): Promise<W>
}

export interface RunOptions {
  /** Names of faults. Default: all. */
  readonly faults?: readonly string[] | undefined
  /** Under each fault. */
  readonly revocations: number
  /** Keys that are revoked at the same time. */
  readonly batch: number
  readonly processes: number
  readonly leaseMs: number
  readonly onBatch?: (fault: string, revocations: number) => void
  readonly onReport?: (report: Report) => void
}

/** What came of one fault. */
export interface Report extends Findings {
  readonly channel: string
  readonly fault: string
  readonly revocations: number
  /** Times that the fault struck, each time at another moment. */
  readonly strikes: number
  /** Times that `revoke()` or `enable()` rejected, and was called again. */
  readonly retries: number
  /** What it rejected with, and how often. */
  readonly reasons: Readonly<Record<string, number>>
  /** By the last call of `revoke()`. */
  readonly medianMs: number
  readonly maxMs: number
  /** Milliseconds from when all was well again until every process held a lease, at most. */
  readonly recoveryMs: number
}

/** Revokes keys under each fault, and reads in the histories whether anybody accepted them afterwards. */
export async function runFaults<W extends World<N>, N extends Node>(
  channel: Channel<W, N>,
  options: RunOptions,
): Promise<Report[]> {
  const { revocations, batch, processes, leaseMs } = options
  const faults = channel.faults.filter(({ name }) => options.faults?.includes(name) ?? true)
  const strikes = Math.ceil(revocations / batch)
  const stride = batch + ENABLED + SPARED
  const world = await channel.create({ processes, leaseMs, keys: faults.length * strikes * stride })
  try {
    const reports: Report[] = []
    for (const [index, fault] of faults.entries()) {
      const campaign = new Campaign(world, fault, batch)
      for (let strike = 0; strike < strikes; strike++) {
        await campaign.strike((index * strikes + strike) * stride)
        options.onBatch?.(fault.name, (strike + 1) * batch)
      }
      const report = await campaign.report(channel.name)
      options.onReport?.(report)
      reports.push(report)
    }
    return reports
  } finally {
    await world.close()
  }
}

/** All revocations under one fault. */
class Campaign<W extends World<N>, N extends Node> {
  readonly #world: W
  readonly #fault: Fault<W, N>
  readonly #batch: number
  readonly #claims: Claim[] = []
  readonly #elapsedMs: number[] = []
  #revocations = 0
  #strikes = 0
  #retries = 0
  readonly #reasons: Record<string, number> = {}
  #recoveryMs = 0

  constructor(world: W, fault: Fault<W, N>, batch: number) {
    this.#world = world
    this.#fault = fault
    this.#batch = batch
  }

  /** @param first of the keys that it happens to */
  async strike(first: number): Promise<void> {
    const { nodes, leaseMs } = this.#world
    const [revoked, enabled] = [range(first, this.#batch), range(first + this.#batch, ENABLED)]
    const stride = this.#batch + ENABLED + SPARED
    await this.#world.leased()
    const victim = oneOf(nodes)
    const disabled = await Promise.all(enabled.map((key) => this.#change('disable', key, nodes)))
    // Those revoked last are still tried, by whoever may have missed it.
    for (const { member } of nodes) member.verify(Math.max(0, first - stride), first + stride)
    // They are remembered now, and the registry has lived for a lease.
    await wait(leaseMs * 1.2)
    const others = nodes.filter((node) => node !== victim)
    const enable = async (): Promise<void> => {
      await Promise.all(
        enabled.map(async (key, index) => {
          this.#claims.push({ key, accepted: false, from: disabled[index] ?? 0n, to: sharedClock() })
          this.#claims.push({ key, accepted: true, from: await this.#change('enable', key, others) })
        }),
      )
    }
    const revoke = async (first: readonly N[]): Promise<void> => {
      for (const key of revoked) this.#claims.push({ key, accepted: true, to: sharedClock() })
      const revokeOne = async (key: number): Promise<void> => {
        this.#claims.push({ key, accepted: false, from: await this.#change('revoke', key, others, first) })
      }
      await Promise.all([enable(), ...revoked.map(revokeOne)])
    }
    const keys: Strike<N> = {
      revoke: () => revoke([]),
      revokeBy: (victim) => revoke([victim]),
      revokeDying: async (victim) => {
        for (const key of revoked) this.#claims.push({ key, accepted: true, to: sharedClock() })
        const [from] = await Promise.all([this.#revokeDying(victim, revoked, oneOf(others)), enable()])
        for (const key of revoked) this.#claims.push({ key, accepted: false, from })
      },
    }
    for (const key of range(first + this.#batch + ENABLED, SPARED)) this.#claims.push({ key, accepted: true })
    await this.#fault.strike(this.#world, victim, keys)
    await this.#recover()
    this.#strikes++
    this.#revocations += revoked.length
  }

  async report(channel: string): Promise<Report> {
    const findings = await check(this.#world.histories, this.#claims)
    // Read, and long.
    for (const history of this.#world.histories) truncateSync(history)
    const sorted = this.#elapsedMs.toSorted((one, other) => one - other)
    return {
      channel,
      fault: this.#fault.name,
      revocations: this.#revocations,
      strikes: this.#strikes,
      retries: this.#retries,
      reasons: this.#reasons,
      medianMs: sorted[sorted.length >> 1] ?? 0,
      maxMs: sorted.at(-1) ?? 0,
      recoveryMs: this.#recoveryMs,
      ...findings,
    }
  }

  /**
   * As an application does that is told that it is not confirmed: it asks again.
   *
   * @returns when it had resolved
   */
  async #change(action: Action, key: number, nodes: readonly N[], first: readonly N[] = []): Promise<bigint> {
    for (let attempt = 0; ; attempt++) {
      const { member } = first[attempt] ?? oneOf(nodes)
      try {
        const { resolvedAt, elapsedMs } = await member.change(action, key)
        if (action === 'revoke') this.#elapsedMs.push(elapsedMs)
        return BigInt(resolvedAt)
      } catch (error) {
        this.#retries++
        const { message } = error as Error
        this.#reasons[message] = (this.#reasons[message] ?? 0) + 1
        await wait(20)
      }
    }
  }

  /**
   * Nothing has resolved, and yet it ends: after a lease where the store carries the change, and otherwise a lease after
   * another process has looked for what nobody published.
   *
   * @returns from when on nobody may accept the keys
   */
  async #revokeDying({ member }: N, keys: readonly number[], other: N): Promise<bigint> {
    member.doom(keys.length)
    await Promise.allSettled(keys.map((key) => member.change('revoke', key)))
    if (!this.#world.isDurable) await other.member.flush()
    return sharedClock() + BigInt(this.#world.leaseMs) * 1_000_000n
  }

  async #recover(): Promise<void> {
    const { nodes, leaseMs } = this.#world
    const healedAt = sharedClock()
    await this.#world.leased()
    await wait(leaseMs / 4)
    for (const { member } of nodes)
      this.#recoveryMs = Math.max(this.#recoveryMs, Number(member.leasedAt - healedAt) / 1e6)
  }
}

function range(first: number, length: number): number[] {
  return Array.from({ length }, (_, index) => first + index)
}

function oneOf<T>(list: readonly T[]): T {
  return list[Math.floor(Math.random() * list.length)] as T
}
