import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Opener } from '../protocol.ts'
import type { HitsConfig, Order, Turn } from './hits.ts'
import { median } from './median.ts'

export interface Effort {
  /** Pairs of processes: what the compiler makes of the same code differs from one to the next by more than is measured. */
  readonly pairs: number
  readonly rounds: number
  /** CPU time of one turn. */
  readonly turnMs: number
  /** Time for which a process does only what its channel asks for. */
  readonly idleMs: number
}

/** Hits of memory that a channel keeps true, beside hits of memory with a stated bound. */
export interface Throughput {
  /** Median of what the one does in a second of CPU time, in parts of the other, in the same round. */
  readonly hits: number
  /** Share of a core that the channel takes beside it, whether there are requests or not. */
  readonly beside: number
  /** What a core that does nothing else gets done with the channel, in parts of what it does with a bound. */
  readonly ratio: number
}

export async function measureThroughput(opener: Opener, effort: Effort): Promise<Throughput> {
  const ratios: number[] = []
  const besides: number[] = []
  for (let pair = 0; pair < effort.pairs; pair++) {
    const channel = await start({ opener, keeps: 'channel' })
    const bound = await start({ opener, keeps: 'bound' })
    try {
      ratios.push(...(await ratiosOf(channel, bound, effort)))
      besides.push((await idle(channel, effort.idleMs)) - (await idle(bound, effort.idleMs)))
    } finally {
      channel.kill()
      bound.kill()
    }
  }
  const [hits, beside] = [median(ratios), Math.max(0, median(besides))]
  return { hits, beside, ratio: hits * (1 - beside) }
}

async function ratiosOf(channel: ChildProcess, bound: ChildProcess, { rounds, turnMs }: Effort): Promise<number[]> {
  const ratios: number[] = []
  // The first round is for the compiler.
  for (let round = 0; round <= rounds; round++) {
    const ms = round === 0 ? turnMs * 8 : turnMs
    const rates = new Map<ChildProcess, number>()
    for (const child of round % 2 === 0 ? [channel, bound] : [bound, channel]) {
      const { hits, cpuMs } = await ask(child, { task: 'verify', ms })
      if (hits !== undefined) rates.set(child, hits / cpuMs)
    }
    const [one, other] = [rates.get(channel), rates.get(bound)]
    if (round > 0 && one !== undefined && other !== undefined) ratios.push(one / other)
  }
  return ratios
}

/** @returns the share of a core that is used */
async function idle(child: ChildProcess, ms: number): Promise<number> {
  const { cpuMs, elapsedMs } = await ask(child, { task: 'idle', ms })
  return cpuMs / elapsedMs
}

async function ask(child: ChildProcess, order: Order): Promise<Turn> {
  const answer = once(child, 'message')
  child.send(order)
  const [turn] = (await answer) as [Turn]
  return turn
}

async function start(config: HitsConfig): Promise<ChildProcess> {
  const child = fork(join(import.meta.dirname, 'hits.ts'), [JSON.stringify(config)])
  await once(child, 'message')
  return child
}
