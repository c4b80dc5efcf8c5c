// npm run bench:revoke: what a confirmed publication costs, in round trips of plain publish/subscribe in the same run, and
// how long one process that is cut off holds it up.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { startProxy, startRedis } from '@internal/services'
import { createClient } from 'redis'
import { openChannel } from './channel.ts'

const PROGRAM = join(import.meta.dirname, 'bench-process.ts')
const { values } = parseArgs({
  options: {
    processes: { type: 'string', default: '8' },
    rounds: { type: 'string', default: '500' },
    lease: { type: 'string', default: '1000' },
  },
})
const [processes, rounds, leaseMs] = [values.processes, values.rounds, values.lease].map(Number) as [
  number,
  number,
  number,
]

const redis = await startRedis({ own: true })
const proxy = await startProxy({ to: redis.port })
const children: ChildProcess[] = []
/** Called when the last process has got a lease. */
let onLease: () => void = () => {}
try {
  for (let index = 0; index < processes; index++) {
    // The last one is the one that will be cut off.
    const url = index === processes - 1 ? `redis://127.0.0.1:${proxy.port}` : redis.url
    const options = { client: index % 2 === 0 ? 'redis' : 'ioredis', url, plainUrl: redis.url, leaseMs }
    const child = fork(PROGRAM, [JSON.stringify(options)])
    children.push(child)
    await once(child, 'message')
  }
  children.at(-1)?.on('message', () => onLease())
  await measure()
} finally {
  for (const child of children) child.kill()
  await proxy.close()
  await redis.close()
}

async function measure(): Promise<void> {
  const { channel, close } = await openChannel({ client: 'redis', url: redis.url, leaseMs })
  const plain = await plainEcho()
  // Until the registry is old enough, every publication waits for a lease.
  while ((await channel.publish({ invalidations: [{ id: 'key_0' }] })).elapsedMs >= leaseMs) await wait(leaseMs / 10)

  const [one, all, revoke]: [number[], number[], number[]] = [[], [], []]
  for (let round = 0; round < rounds; round++) {
    const echo = await plain.roundTrip()
    one.push(echo.first)
    all.push(echo.last)
    revoke.push(await publish(processes))
  }
  console.log(`${processes} processes, ${rounds} rounds, milliseconds at the median (and the 99th percentile):`)
  console.log(`  plain round trip, first echo  ${show(one)}`)
  console.log(`  plain round trip, all echoes  ${show(all)}`)
  console.log(`  confirmed publication         ${show(revoke)}`)
  const [trips, oneTrips] = [median(revoke) / median(all), median(revoke) / median(one)]
  console.log(
    `  that is ${trips.toFixed(2)} plain round trips with all processes, ${oneTrips.toFixed(2)} with the quickest`,
  )

  proxy.pause()
  const cutOff = await publish(processes - 1)
  proxy.resume()
  console.log(
    `one process cut off: ${cutOff.toFixed(0)} ms, ${(cutOff / leaseMs).toFixed(3)} of a lease of ${leaseMs} ms`,
  )
  await outage('connections refused', 3 * leaseMs, async () => {
    await proxy.refuse(true)
    proxy.drop()
    return () => proxy.refuse(false)
  })
  await outage('nothing gets through', 3 * leaseMs, async () => {
    proxy.pause()
    return async () => proxy.resume()
  })
  plain.close()
  await channel.close()
  close()

  async function publish(expected: number): Promise<number> {
    const { acknowledged, elapsedMs } = await channel.publish({ invalidations: [{ id: 'key_1' }] })
    if (acknowledged !== expected) throw new Error(`${acknowledged} processes acknowledged, not ${expected}`)
    return elapsedMs
  }
}

/** Cuts the last process off, and measures from when it is let in again until it holds a lease. */
async function outage(name: string, forMs: number, begin: () => Promise<() => Promise<void>>): Promise<void> {
  const times: number[] = []
  for (let round = 0; round < 5; round++) {
    const end = await begin()
    await wait(forMs * (1 + Math.random()))
    const endedAt = performance.now()
    const leased = new Promise<void>((resolve) => {
      onLease = resolve
    })
    await end()
    await leased
    times.push(performance.now() - endedAt)
    await wait(leaseMs)
  }
  const most = Math.max(...times)
  console.log(
    `${name} for some leases: a lease is back after ${show(times)} ms, ${(most / leaseMs).toFixed(2)} leases at most`,
  )
}

/** As one would do it by hand: everybody who hears answers, and nobody counts leases. */
async function plainEcho(): Promise<{ roundTrip(): Promise<{ first: number; last: number }>; close(): void }> {
  const client = await createClient({ url: redis.url }).connect()
  const subscriber = await client.duplicate().connect()
  let heard: () => void = () => {}
  await subscriber.subscribe('plain:echo', () => heard())
  return {
    roundTrip: () =>
      new Promise((resolve) => {
        const start = performance.now()
        let [echoes, first] = [0, 0]
        heard = () => {
          if (echoes++ === 0) first = performance.now() - start
          if (echoes === processes) resolve({ first, last: performance.now() - start })
        }
        void client.publish('plain', 'x')
      }),
    close: () => {
      client.destroy()
      subscriber.destroy()
    },
  }
}

function show(times: readonly number[]): string {
  return `${median(times).toFixed(2)} (${at(times, 0.99).toFixed(2)})`
}

function median(times: readonly number[]): number {
  return at(times, 0.5)
}

function at(times: readonly number[], share: number): number {
  return times.toSorted((one, other) => one - other)[Math.floor(times.length * share)] ?? Number.NaN
}
