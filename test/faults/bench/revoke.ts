// npm run bench:revoke: what revoke() costs beside plain messages in the same run, how long a process that is cut off holds it
// up, how soon its lease is back, and what hits cost with a channel.
import { setTimeout as wait } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { startProgress } from '@internal/services'
import { type ChannelName, channelNames } from '../channels.ts'
import { sharedClock } from '../history.ts'
import { MariadbWorld } from '../mariadb/world.ts'
import { PostgresWorld } from '../postgres/world.ts'
import { RedisWorld } from '../redis/world.ts'
import { SqliteWorld } from '../sqlite/world.ts'
import { NetworkWorld, type Node, type World, type WorldOptions } from '../world.ts'
import { median, quantile } from './median.ts'
import { type Plain, startPlain } from './plain.ts'
import { type Effort, measureThroughput, type Throughput } from './throughput.ts'

const { values } = parseArgs({
  options: {
    channel: { type: 'string', multiple: true, default: [...channelNames] },
    processes: { type: 'string', default: '8' },
    rounds: { type: 'string', default: '200' },
    lease: { type: 'string', default: '1000' },
    json: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
  },
})
const [processes, rounds, leaseMs] = values.quick
  ? [2, 2, 200]
  : [Number(values.processes), Number(values.rounds), Number(values.lease)]
const OUTAGES = values.quick ? 1 : 5
const EFFORT: Effort = values.quick
  ? { pairs: 1, rounds: 2, turnMs: 5, idleMs: 50 }
  : { pairs: 5, rounds: 20, turnMs: 40, idleMs: 3000 }
/** `sqlChannel()` looks so often in one lease, see `open.ts`. */
const LOOKS_PER_LEASE = 10

const worlds: Readonly<Record<ChannelName, (options: WorldOptions) => Promise<World>>> = {
  postgres: PostgresWorld.create,
  mariadb: MariadbWorld.create,
  sqlite: SqliteWorld.create,
  redis: RedisWorld.create,
}

/** Times in milliseconds. */
interface Figures {
  readonly channel: ChannelName
  readonly processes: number
  readonly rounds: number
  /** A plain message, until all processes have answered; where there is none, the time between two looks. */
  readonly plain: Spread
  /** From publication until all processes have forgotten. */
  readonly confirmation: Spread
  /** All of `revoke()`: the commit too. */
  readonly revoke: Spread
  /** Median of what each is in plain round trips of its own round. */
  readonly confirmationTrips: number
  readonly revokeTrips: number
  /** `revoke()` while a process is cut off, in leases, at most. */
  readonly cutOffLeases: number
  /** From when a process is let in again until it holds a lease, in leases, at most. */
  readonly backLeases: number
  readonly hits: Throughput
}

interface Spread {
  readonly median: number
  readonly p99: number
}

const progress = startProgress()
for (const name of values.channel) {
  const create = worlds[name as ChannelName]
  if (create === undefined) throw new TypeError(`--channel must be one of: ${channelNames.join(', ')}`)
  const figures = await measure(name as ChannelName, create)
  progress.say(`${name}: done`)
  console.log(values.json ? JSON.stringify(figures) : lines(figures))
}
progress.end()

async function measure(channel: ChannelName, create: (typeof worlds)[ChannelName]): Promise<Figures> {
  const world: World = await create({ processes, leaseMs, keys: rounds + OUTAGES, isDirect: true })
  try {
    await world.leased()
    // Until the registry is old enough, every revocation waits for a lease.
    await wait(leaseMs * 1.5)
    const plain = await plainOf(channel, world)
    const measured: { plain: number; confirmation: number; revoke: number }[] = []
    for (let round = 0; round < rounds; round++) {
      progress.say(`${channel}: ${round} of ${rounds} revocations`)
      const plainMs = plain === undefined ? leaseMs / LOOKS_PER_LEASE : await plain.roundTrip()
      const { member } = world.nodes[round % processes] as Node
      const { elapsedMs, tookMs, acknowledged } = await member.change('revoke', round)
      // A late process has been waited for until its lease had run out: that is measured below.
      if (acknowledged === processes) measured.push({ plain: plainMs, confirmation: elapsedMs, revoke: tookMs })
    }
    // Its connections would be cut as well.
    await plain?.close()
    const outages: { cutOffMs: number; backMs: number }[] = []
    progress.say(`${channel}: outages and hits`)
    for (let index = 0; index < OUTAGES; index++) outages.push(await outage(world, rounds + index))
    return {
      channel,
      processes,
      rounds: measured.length,
      plain: spread(measured.map((round) => round.plain)),
      confirmation: spread(measured.map((round) => round.confirmation)),
      revoke: spread(measured.map((round) => round.revoke)),
      confirmationTrips: median(measured.map((round) => round.confirmation / round.plain)),
      revokeTrips: median(measured.map((round) => round.revoke / round.plain)),
      cutOffLeases: Math.max(...outages.map(({ cutOffMs }) => cutOffMs)) / leaseMs,
      backLeases: Math.max(...outages.map(({ backMs }) => backMs)) / leaseMs,
      hits: await measureThroughput((world.nodes[0] as Node).member.config.opener, EFFORT),
    }
  } finally {
    await world.close()
  }
}

/** Plain messages go the same way as those of the channel. */
async function plainOf(channel: ChannelName, world: World): Promise<Plain | undefined> {
  if (!(world instanceof NetworkWorld) || channel === 'mariadb') return undefined
  const ports = world.nodes.map((_, index) => world.portOf(index))
  return startPlain(channel === 'redis' ? 'redis' : 'postgres', ports)
}

/** Cuts the last process off for some leases, and revokes a key at the beginning of it. */
async function outage(world: World, key: number): Promise<{ cutOffMs: number; backMs: number }> {
  const [first, last] = [world.nodes[0], world.nodes.at(-1)] as [Node, Node]
  const proxy = world instanceof NetworkWorld ? world.nodes.at(-1)?.proxy : undefined
  if (proxy === undefined) last.member.suspend()
  else proxy.pause()
  const { elapsedMs: cutOffMs } = await first.member.change('revoke', key)
  await wait(leaseMs * (2 + Math.random()))
  // What was given up meanwhile is given up by the network too.
  proxy?.drop()
  const healedAt = sharedClock()
  if (proxy === undefined) last.member.resume()
  else proxy.resume()
  await last.member.until(() => last.member.isLeased && last.member.leasedAt > healedAt)
  await wait(leaseMs)
  return { cutOffMs, backMs: Number(last.member.leasedAt - healedAt) / 1e6 }
}

function spread(times: readonly number[]): Spread {
  return { median: median(times), p99: quantile(times, 0.99) }
}

function lines(figures: Figures): string {
  const { channel, plain, confirmation, revoke, hits } = figures
  const show = ({ median, p99 }: Spread): string => `${median.toFixed(2)} (${p99.toFixed(2)})`
  return [
    `${channel}: ${figures.processes} processes, ${figures.rounds} rounds, milliseconds at the median (and the 99th percentile):`,
    `  plain round trip  ${show(plain)}`,
    `  confirmation      ${show(confirmation)}, ${figures.confirmationTrips.toFixed(2)} round trips`,
    `  all of revoke()   ${show(revoke)}, ${figures.revokeTrips.toFixed(2)} round trips`,
    `  a process cut off: revoke() confirmed after ${figures.cutOffLeases.toFixed(3)} leases of ${leaseMs} ms at most`,
    `  let in again: a lease is back after ${figures.backLeases.toFixed(2)} leases at most`,
    `  hits with the channel, to hits with a bound: ${hits.ratio.toFixed(3)}; that is ${hits.hits.toFixed(3)} each, and ${(hits.beside * 100).toFixed(2)} % of a core beside`,
  ].join('\n')
}
