// A process that verifies as fast as it can, out of memory: kept true by a channel, or with a stated bound.
import { createVerifier, keyFormat, MINUTE } from '@bearward/core'
import type { Open, Opener } from '../protocol.ts'

/** What it is started with. */
export interface HitsConfig {
  readonly opener: Opener
  readonly keeps: 'channel' | 'bound'
}

/** What a turn came to. */
export interface Turn {
  readonly hits: number
  readonly misses: number
  /** Of this process, with all that its channel does meanwhile. */
  readonly cpuMs: number
}

const KEYS = 1000
/** Verifications between two looks at what else there is to do. */
const AT_ONCE = 500

const { opener, keeps } = JSON.parse(process.argv[2] ?? '') as HitsConfig
const { open } = (await import(opener.module)) as { open: Open }
const { channel } = await open(opener.options as never)
const format = keyFormat({ prefix: 'bench' })
const headers = Array.from({ length: KEYS }, () => `Bearer ${format.generate()}`)
const cache = keeps === 'channel' ? { max: KEYS, channel } : { max: KEYS, maxStalenessMs: MINUTE }
const verifier = createVerifier({ resolve: (digest) => ({ id: digest.slice(0, 20) }), format, cache })
let isMiss = false
verifier.on('cache', ({ outcome }) => {
  isMiss ||= outcome !== 'hit'
})
if (keeps === 'channel') {
  await new Promise<void>((resolve) => {
    verifier.on('lease', ({ outcome }) => {
      if (outcome === 'gained') resolve()
    })
  })
}
process.on('disconnect', () => process.exit())
process.on('message', (ms: number) => void turn(ms).then((done) => process.send?.(done)))
process.send?.('ready')

/** @param ms of CPU time */
async function turn(ms: number): Promise<Turn> {
  let [hits, misses] = [0, 0]
  const startedAt = process.cpuUsage()
  for (;;) {
    isMiss = false
    for (let index = 0; index < AT_ONCE; index++) verifier.verify(headers[index % KEYS])
    if (isMiss) misses += AT_ONCE
    else hits += AT_ONCE
    const { user, system } = process.cpuUsage(startedAt)
    const cpuMs = (user + system) / 1000
    if (cpuMs >= ms) return { hits, misses, cpuMs }
    await new Promise((resolve) => setImmediate(resolve))
  }
}
