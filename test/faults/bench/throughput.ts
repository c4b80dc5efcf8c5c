import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Opener } from '../protocol.ts'
import type { HitsConfig, Turn } from './hits.ts'
import { median } from './median.ts'

/** What one kind of memory does in a second of CPU time, and by how much the two differ within each round. */
export interface Throughput {
  readonly channel: number
  readonly bound: number
  readonly ratio: number
}

/** Hits of memory that a channel keeps true, beside hits of memory with a stated bound; in turns, each in its own process. */
export async function measureThroughput(opener: Opener, rounds: number, turnMs: number): Promise<Throughput> {
  const channel = await start({ opener, keeps: 'channel' })
  const bound = await start({ opener, keeps: 'bound' })
  try {
    const rates: { channel: number; bound: number }[] = []
    // The first round is for the compiler.
    for (let round = 0; round <= rounds; round++) {
      const order = round % 2 === 0 ? [channel, bound] : [bound, channel]
      const measured = new Map<ChildProcess, number>()
      for (const child of order) measured.set(child, await rate(child, turnMs))
      if (round > 0) rates.push({ channel: measured.get(channel) ?? 0, bound: measured.get(bound) ?? 0 })
    }
    return {
      channel: median(rates.map((round) => round.channel)),
      bound: median(rates.map((round) => round.bound)),
      ratio: median(rates.map((round) => round.channel / round.bound)),
    }
  } finally {
    channel.kill()
    bound.kill()
  }
}

async function start(config: HitsConfig): Promise<ChildProcess> {
  const child = fork(join(import.meta.dirname, 'hits.ts'), [JSON.stringify(config)])
  await once(child, 'message')
  return child
}

async function rate(child: ChildProcess, turnMs: number): Promise<number> {
  const answer = once(child, 'message')
  child.send(turnMs)
  const [{ hits, cpuMs }] = (await answer) as [Turn]
  return (hits / cpuMs) * 1000
}
