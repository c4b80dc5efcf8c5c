// A process that verifies as fast as it can, out of memory: kept true by a channel, or with a stated bound.
import { setTimeout as wait } from 'node:timers/promises'
import { createVerifier, keyFormat, MINUTE } from '@bearward/core'
import type { Open, Opener } from '../protocol.ts'

/** What it is started with. */
export interface HitsConfig {
  readonly opener: Opener
  readonly keeps: 'channel' | 'bound'
}

/** Verify for so much CPU time, or do nothing else than what the channel asks for, for so much time. */
export interface Order {
  readonly task: 'verify' | 'idle'
  readonly ms: number
}

/** What came of it. */
export interface Turn {
  /** `undefined` when some were none: the machine has stood still for longer than a lease. */
  readonly hits: number | undefined
  /** Of this process. */
  readonly cpuMs: number
  readonly elapsedMs: number
}

const KEYS = 500
/** Verifications between two looks at the clock. */
const AT_ONCE = KEYS

const { opener, keeps } = JSON.parse(process.argv[2] ?? '') as HitsConfig
const { open } = (await import(opener.module)) as { open: Open }
const { channel } = await open(opener.options as never)
const format = keyFormat({ prefix: 'bench' })
const headers = Array.from({ length: KEYS }, () => `Bearer ${format.generate()}`)
const cache = keeps === 'channel' ? { max: KEYS, channel } : { max: KEYS, maxStalenessMs: MINUTE }
// What is not a hit comes later.
const verifier = createVerifier({ resolve: async (digest) => ({ id: digest.slice(0, 20) }), format, cache })
if (keeps === 'channel') {
  await new Promise<void>((resolve) => {
    verifier.on('lease', ({ outcome }) => {
      if (outcome === 'gained') resolve()
    })
  })
}
process.on('disconnect', () => process.exit())
process.on('message', ({ task, ms }: Order) => void measure(task, ms).then((turn) => process.send?.(turn)))
process.send?.('ready')

async function measure(task: Order['task'], ms: number): Promise<Turn> {
  const [startedAt, cpu] = [performance.now(), process.cpuUsage()]
  const hits = task === 'idle' ? await idle(ms) : verify(ms)
  const { user, system } = process.cpuUsage(cpu)
  return { hits, cpuMs: (user + system) / 1000, elapsedMs: performance.now() - startedAt }
}

async function idle(ms: number): Promise<0> {
  await wait(ms)
  return 0
}

/** Without a pause: what the channel does beside it is measured apart, for it goes by the time and not by the hits. */
function verify(ms: number): number | undefined {
  const startedAt = process.cpuUsage()
  let isMiss = false
  for (let hits = 0; ; ) {
    for (let index = 0; index < AT_ONCE; index++) isMiss = isLater(verifier.verify(headers[index])) || isMiss
    hits += AT_ONCE
    const { user, system } = process.cpuUsage(startedAt)
    if ((user + system) / 1000 >= ms) return isMiss ? undefined : hits
  }
}

function isLater(verdict: unknown): boolean {
  if (!(verdict instanceof Promise)) return false
  verdict.catch(() => {})
  return true
}
