import { truncateSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { check, type Findings, type Revocation } from '../history.ts'
import type { Fault } from './faults.ts'
import { type Node, World } from './world.ts'

export interface RunOptions {
  readonly faults: readonly Fault[]
  /** Under each fault. */
  readonly revocations: number
  /** Keys that are revoked at the same time. */
  readonly batch: number
  readonly processes: number
  readonly leaseMs: number
  readonly onReport?: (report: Report) => void
}

/** What came of one fault. */
export interface Report extends Findings {
  readonly fault: string
  readonly revocations: number
  /** Times that `revoke()` rejected, and was called again. */
  readonly retries: number
  /** By the last call of `revoke()`. */
  readonly medianMs: number
  readonly maxMs: number
  /** Milliseconds from when all was well again until every process held a lease, at most. */
  readonly recoveryMs: number
}

/** Revokes keys under each fault, and reads in the histories whether anybody accepted them afterwards. */
export async function runFaults(options: RunOptions): Promise<Report[]> {
  const { faults, revocations, batch, processes, leaseMs } = options
  const batches = Math.ceil(revocations / batch)
  const world = await World.create({ processes, leaseMs, keys: faults.length * batches * batch })
  try {
    const reports: Report[] = []
    for (const [index, fault] of faults.entries()) {
      const campaign = new Campaign(world, fault, batch)
      for (let round = 0; round < batches; round++) await campaign.run((index * batches + round) * batch)
      const report = await campaign.report()
      options.onReport?.(report)
      reports.push(report)
    }
    return reports
  } finally {
    await world.close()
  }
}

/** All revocations under one fault. */
class Campaign {
  readonly #world: World
  readonly #fault: Fault
  readonly #batch: number
  readonly #revocations: Revocation[] = []
  readonly #elapsedMs: number[] = []
  #retries = 0
  #recoveryMs = 0

  constructor(world: World, fault: Fault, batch: number) {
    this.#world = world
    this.#fault = fault
    this.#batch = batch
  }

  async run(first: number): Promise<void> {
    const { nodes, leaseMs } = this.#world
    await this.#world.leased()
    // Those revoked last are still tried, by whoever may have missed it.
    for (const { member } of nodes) member.verify(Math.max(0, first - this.#batch), first + this.#batch)
    // They are remembered now, and the registry has lived for a lease.
    await wait(leaseMs * 1.2)
    const victim = nodes[Math.floor(Math.random() * nodes.length)] as Node
    await this.#fault.strike(this.#world, victim, () => this.#revokeAll(first, victim))
    const healedAt = process.hrtime.bigint()
    await this.#world.leased()
    await wait(leaseMs / 4)
    for (const { member } of nodes)
      this.#recoveryMs = Math.max(this.#recoveryMs, Number(member.leasedAt - healedAt) / 1e6)
  }

  async report(): Promise<Report> {
    const findings = await check(this.#world.histories, this.#revocations)
    // Read, and long.
    for (const history of this.#world.histories) truncateSync(history)
    const sorted = this.#elapsedMs.toSorted((one, other) => one - other)
    return {
      fault: this.#fault.name,
      revocations: this.#revocations.length,
      retries: this.#retries,
      medianMs: sorted[sorted.length >> 1] ?? 0,
      maxMs: sorted.at(-1) ?? 0,
      recoveryMs: this.#recoveryMs,
      ...findings,
    }
  }

  async #revokeAll(first: number, victim: Node): Promise<void> {
    await Promise.all(Array.from({ length: this.#batch }, (_, index) => this.#revoke(first + index, victim)))
  }

  /** As an application does that is told that it is not confirmed: it asks again. */
  async #revoke(key: number, victim: Node): Promise<void> {
    const others = this.#world.nodes.filter((node) => node !== victim)
    for (;;) {
      const revoker = others[Math.floor(Math.random() * others.length)] as Node
      try {
        const { resolvedAt, elapsedMs } = await revoker.member.revoke(key)
        this.#revocations.push({ key, resolvedAt: BigInt(resolvedAt) })
        this.#elapsedMs.push(elapsedMs)
        return
      } catch {
        this.#retries++
        await wait(20)
      }
    }
  }
}
