import { setTimeout as wait } from 'node:timers/promises'
import { check, type Findings } from './checker.ts'
import { FAULTS, type Fault, type Moment } from './faults.ts'
import type { HistoryEvent } from './history.ts'
import type { Handed } from './orders.ts'
import { randomFrom } from './random.ts'
import type { Scene } from './scene.ts'

export interface ScenarioOptions {
  readonly revocations: number
  /** Keys revoked in one round, while the fault comes and goes once. */
  readonly keysPerRound: number
  readonly seed: number
  readonly onRound?: (revoked: number) => void
}

/** Time within which memory must answer; a busy machine takes longer than the leases say. */
const HITS_WITHIN_MS = 30_000

/** The faults that this channel can have. */
export function faultsOf({ tested, ground }: Scene): Fault[] {
  return [...FAULTS, ...(tested.faults ?? [])].filter(
    ({ needs }) =>
      needs === undefined || (needs === 'server' ? ground.server !== undefined : ground.proxies.length > 0),
  )
}

/** Revokes keys while the fault comes and goes, and reads the history of all processes. */
export async function play(scene: Scene, fault: Fault, options: ScenarioOptions): Promise<Findings> {
  const random = randomFrom(options.seed)
  scene.takeHistory()
  const mendings: HistoryEvent[] = []
  for (let revoked = 0, round = 0; revoked < options.revocations; round++) {
    const count = Math.min(options.keysPerRound, options.revocations - revoked)
    const owner = `${fault.name}_${options.seed}_${round}`
    mendings.push({ kind: 'mended', at: await playRound(scene, fault, { count, owner, random }) })
    revoked += count
    options.onRound?.(revoked)
  }
  return check([...scene.takeHistory(), ...mendings])
}

interface Round {
  readonly count: number
  readonly owner: string
  readonly random: () => number
}

/** @returns when everything worked again */
async function playRound(scene: Scene, fault: Fault, { count, owner, random }: Round): Promise<bigint> {
  const { leaseMs } = scene.pace
  const controls = await scene.revoker.ask('issue', 1, 'control')
  const keys = await scene.revoker.ask('issue', count, owner)
  const keyIds = keys.map(({ id }) => id)
  await watch(scene, [...controls, ...keys])
  await hitsCome(scene, [...controls, ...keys])

  const moment: Moment = { scene, random, owner, keyIds, lastsMs: leaseMs * (0.2 + 2 * random()) }
  const spreadMs = leaseMs * random()
  const revoked = fault.revokes ? Promise.resolve() : scene.revoker.ask('revoke', keyIds, spreadMs)
  await wait(random() * spreadMs)
  const brokenAt = performance.now()
  await fault.break(moment)
  // Half of the time what was broken comes back after the last revocation, and with its memory.
  if (fault.isSurvivable && random() < 0.5) await revoked
  await wait(Math.max(0, moment.lastsMs - (performance.now() - brokenAt)))
  await fault.mend?.(moment)
  const mendedAt = process.hrtime.bigint()

  // A process that was started anew does not know yet what to watch.
  await watch(scene, [...controls, ...keys])
  await revoked
  await hitsCome(scene, controls)
  await wait(leaseMs * 1.2)
  await watch(scene, [])
  return mendedAt
}

async function watch({ members }: Scene, keys: readonly Handed[]): Promise<void> {
  await Promise.all(members.map((member) => member.ask('watch', keys)))
}

/** Waits until the memory of all processes answers for all keys. */
async function hitsCome({ members }: Scene, keys: readonly Handed[]): Promise<void> {
  const ids = keys.map(({ id }) => id)
  await Promise.all(
    members.map(async (member) => {
      if (!(await member.ask('warm', ids, HITS_WITHIN_MS))) throw new Error(`${member.name}: no hits any more`)
    }),
  )
}
