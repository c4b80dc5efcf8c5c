import { setTimeout as wait } from 'node:timers/promises'
import type { Node, World } from './world.ts'

/** Does what a fault is tried on: some keys are revoked, and others enabled. Resolves when all of it has resolved. */
export interface Strike<N extends Node = Node> {
  /** By other processes than the victim, which ask again where it was not confirmed. */
  revoke(): Promise<void>
  /** As `revoke()`, but the victim is asked first. */
  revokeBy(victim: N): Promise<void>
  /** By the victim, which dies when all is committed and nothing published. Nobody asks again. */
  revokeDying(victim: N): Promise<void>
}

/** What goes wrong around a revocation. */
export interface Fault<W extends World<N>, N extends Node = W['nodes'][number]> {
  readonly name: string
  /**
   * Revokes, and makes something go wrong before or meanwhile; all is well again when it resolves.
   *
   * @param victim whom it concerns
   */
  strike(world: W, victim: N, keys: Strike<N>): Promise<void>
}

/** Passes the time of part of `ms`, another one each time. */
export async function moment(ms: number): Promise<void> {
  await wait(Math.random() * ms)
}

/** Lets `harm` begin within the first `ms` of `work`, and waits for both. */
export async function amid(work: Promise<void>, ms: number, harm: () => unknown): Promise<void> {
  await moment(ms)
  await harm()
  await work
}

export function coin(): boolean {
  return Math.random() < 0.5
}

/** Does something again and again until `work` has ended. */
export async function meanwhile(work: Promise<void>, disturb: () => unknown): Promise<void> {
  let isOver = false
  const end = work.finally(() => {
    isOver = true
  })
  // What it ends with is the caller's, below.
  end.catch(() => {})
  while (!isOver) {
    await disturb()
    await moment(10)
  }
  await end
}
