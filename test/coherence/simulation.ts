import type { Channel, Verifier } from '@bearward/core'
import { Broker } from './model/broker.ts'
import { type Figures, History, type Violation } from './model/history.ts'
import { Host } from './model/host.ts'
import { type KeyringFlaws, ModelKeyring, SWEEP_MS } from './model/keyring.ts'
import { Link } from './model/network.ts'
import { PollChannel } from './model/poll-channel.ts'
import { DEADLINE_MS, digestOf, outcomeOf, tokenOf, verifierOf } from './model/process.ts'
import { PushChannel, type PushFlaws } from './model/push-channel.ts'
import { Random } from './model/random.ts'
import { asRequest, type Request } from './model/request.ts'
import { type Row, Store } from './model/store.ts'
import { Timeline } from './model/timeline.ts'

/** What a broken variant does instead, outside of core. */
export type Flaws = PushFlaws & KeyringFlaws

export interface Result {
  readonly seed: number
  readonly violation: Violation | undefined
  readonly figures: Figures
}

const LEASE_MS = 300
const MAX_DRIFT = 0.01
/** Faults happen for so long, and then everything heals. */
const FAULTS_MS = 6 * LEASE_MS
/** Two leases, and what is still under way on links that were slow. */
const HITS_AGAIN_MS = 2 * LEASE_MS + 150
const QUIET_MS = HITS_AGAIN_MS + 150
const KEYS = 6

interface Process {
  readonly host: Host
  readonly verifier: Verifier<Row>
  readonly keyring: ModelKeyring
}

interface Links {
  readonly toStore: Link
  readonly toBroker: Link
}

/** A place where a process runs, one incarnation after the other. */
interface Slot extends Links {
  process: Process
  incarnation: number
}

/** One run: N processes, a store with its replica, a channel, and everything that can go wrong between them. */
export async function simulate(seed: number, flaws: Flaws = {}, trace?: (line: string) => void): Promise<Result> {
  const simulation = new Simulation(seed, flaws, trace)
  await simulation.run()
  return { seed, violation: simulation.history.violation, figures: simulation.history.figures }
}

class Simulation {
  readonly history: History
  readonly #timeline = new Timeline()
  readonly #random: Random
  readonly #flaws: Flaws
  readonly #trace: ((line: string) => void) | undefined
  readonly #store: Store
  readonly #broker: Broker
  readonly #storeRate: number
  readonly #maxAgeMs: number
  readonly #isPolled: boolean
  /** Some runs are in peace, to see that the cache is of any use. */
  readonly #isPeaceful: boolean
  readonly #slots: Slot[] = []
  /** Either the wall clock is set back, or the monotonic one stands still: no process can see through both at once. */
  readonly #clockIsSet: boolean
  /** Some runs are at the edge: a request takes its timers along when it ends, and its promises too when its client leaves. */
  readonly #isEdge: boolean
  /** Decides which clients leave. Apart from the rest, so that a seed makes the same faults with clients that leave and without. */
  readonly #clients: Random
  #loss = 0
  #slowMs = 0
  #hasFaults = true
  /** Calls of keyrings that have not ended, of processes that live. */
  readonly #calls = new Set<object>()
  /** Requests that have neither been answered nor abandoned. */
  readonly #open = new Map<Request, { readonly host: Host; readonly begunAt: number }>()

  constructor(seed: number, flaws: Flaws, trace: ((line: string) => void) | undefined) {
    const random = new Random(seed)
    this.#random = random
    this.#flaws = flaws
    this.#trace = trace
    this.#isPeaceful = random.chance(0.1)
    this.#clockIsSet = random.chance(0.3)
    this.#isPolled = random.chance(0.35)
    this.#clients = new Random(seed + 2 ** 40)
    this.#isEdge = !this.#isPeaceful && this.#clients.chance(0.2)
    this.#maxAgeMs = random.pick([LEASE_MS, 60_000, 60_000])
    const lagMs = random.pick([0, random.between(0, 50), random.between(0, 2000)])
    this.#store = new Store(this.#timeline, lagMs)
    this.#storeRate = 1 + MAX_DRIFT * random.pick([-1, 1])
    this.#broker = new Broker(this.#timeline, LEASE_MS, 1 + MAX_DRIFT * random.pick([-1, 1]))
    // A request may also join a read that began before the change and takes its time.
    this.history = new History(Math.max(this.#maxAgeMs, DEADLINE_MS) / (1 - MAX_DRIFT) + lagMs + 5)
    const processes = 2 + random.below(2)
    for (let slot = 0; slot < processes; slot++) {
      const links = { toStore: new Link(this.#timeline, random), toBroker: new Link(this.#timeline, random) }
      this.#slots.push({ process: this.#start(`p${slot}.0`, links), incarnation: 0, ...links })
    }
  }

  async run(): Promise<void> {
    for (let key = 0; key < KEYS - 1; key++)
      this.#commit({ id: `k${key}`, digest: digestOf(`k${key}`), revokedAt: null })
    this.#scheduleRequests()
    this.#scheduleChanges()
    if (!this.#isPeaceful) this.#scheduleFaults()
    this.#timeline.after(FAULTS_MS, () => this.#heal())
    await this.#timeline.runUntil(FAULTS_MS + QUIET_MS)
    if (this.#calls.size > 0) {
      this.history.figures.unresolved += this.#calls.size
      this.history.fail(this.#timeline.now, `${this.#calls.size} calls of the keyring have not ended`)
    }
    this.#checkEnds()
    for (const { process } of this.#slots) {
      process.host.crash()
      process.verifier.close()
    }
  }

  #start(name: string, links: Links): Process {
    const [timeline, store, broker, flaws] = [this.#timeline, this.#store, this.#broker, this.#flaws]
    const host = new Host(name, timeline, this.#random, MAX_DRIFT)
    const loss = (): number => this.#loss
    const link = links.toStore
    const channel: Channel = this.#isPolled
      ? new PollChannel({ timeline, host, link, store, storeRate: this.#storeRate, leaseMs: LEASE_MS, loss })
      : new PushChannel({
          timeline,
          host,
          link: links.toBroker,
          broker,
          leaseMs: LEASE_MS,
          duplicates: () => this.#hasFaults && this.#random.chance(0.1),
          flaws,
        })
    const slowMs = (): number => this.#random.between(0, this.#slowMs)
    const openMs = (): number => this.#random.between(0, this.#random.pick([1, 10, 60]))
    const committed = (row: Row): void => {
      this.#note(row)
      // The worst moment to die: committed, and nobody told.
      if (!this.#isPeaceful && this.#hasFaults && this.#random.chance(0.05))
        this.#crash(host, this.#random.between(0, 5))
    }
    return {
      host,
      verifier: verifierOf({ host, link, store, channel, maxAgeMs: this.#maxAgeMs, slowMs, loss }),
      keyring: new ModelKeyring({ timeline, host, link, store, channel, loss, openMs, committed, flaws }),
    }
  }

  #commit(row: Row): void {
    this.#store.commit(row, undefined)
    this.#note(row)
  }

  #note(row: Row): void {
    if (row.revokedAt !== null) this.history.key(row.id).committedAt ??= this.#timeline.now
    this.#say(`committed ${row.id} revoked=${row.revokedAt !== null}`)
  }

  // Requests

  #scheduleRequests(): void {
    this.#timeline.after(this.#random.between(0, 40), () => {
      this.#request(this.#random.below(this.#slots.length), `k${this.#random.below(KEYS)}`)
      this.#scheduleRequests()
    })
  }

  #request(slot: number, id: string, told?: (wasHit: boolean) => void): void {
    const { host, verifier } = (this.#slots[slot] as Slot).process
    host.deliver({}, () => {
      const begunAt = this.#timeline.now
      const request = this.#begin(host)
      const verdict = asRequest(this.#isEdge ? request : undefined, () => verifier.verify(tokenOf(id)))
      const isHit = !(verdict instanceof Promise)
      if (isHit) this.history.figures.hits++
      const conclude = (made: Awaited<typeof verdict>): void => {
        if (request.isAbandoned) return
        request.isOver = true
        this.#open.delete(request)
        const outcome = outcomeOf(made)
        this.#say(`${host.name} ${outcome} ${id}${isHit ? ' from memory' : ''}, begun at ${begunAt.toFixed(1)}`)
        if (outcome === 'accepted') this.history.accepted(id, begunAt, this.#timeline.now, host.name)
        else if (outcome === 'refused') this.history.refused(id, begunAt, this.#timeline.now, host.name)
        else this.history.figures.unavailable++
      }
      if (verdict instanceof Promise) void verdict.then(conclude)
      else conclude(verdict)
      told?.(isHit)
    })
  }

  /** At the edge the client may leave at any moment. */
  #begin(host: Host): Request {
    const request: Request = { isAbandoned: false, isOver: false }
    this.#open.set(request, { host, begunAt: this.#timeline.now })
    if (!this.#isEdge || !this.#hasFaults || !this.#clients.chance(0.3)) return request
    this.#timeline.after(this.#clients.between(0, this.#clients.pick([5, 50, LEASE_MS])), () => {
      if (!this.#open.delete(request)) return
      this.#say(`${host.name} loses a client`)
      request.isAbandoned = true
      request.isOver = true
      this.history.figures.abandoned++
    })
    return request
  }

  /** Every request that lives must have ended by its deadline, whichever others were abandoned. */
  #checkEnds(): void {
    const begunBy = this.#timeline.now - DEADLINE_MS / (1 - MAX_DRIFT) - 5
    for (const { host, begunAt } of this.#open.values()) {
      if (host.isDead || begunAt > begunBy) continue
      this.history.fail(
        this.#timeline.now,
        `a request of ${host.name}, begun at ${begunAt.toFixed(1)} ms, has not ended`,
      )
    }
  }

  /** Everybody tries a key whose state has just been settled. */
  #probe(id: string): void {
    for (let slot = 0; slot < this.#slots.length; slot++) {
      for (const mostMs of [1, LEASE_MS / 4, 2 * LEASE_MS]) {
        this.#timeline.after(this.#random.between(0, mostMs), () => this.#request(slot, id))
      }
    }
  }

  // Changes

  /** Of the keys, k0 stays as it is, k1 changes in silence, k5 is issued, and the others are revoked. */
  #scheduleChanges(): void {
    const at = (): number => this.#random.between(LEASE_MS, FAULTS_MS)
    const together = at()
    for (const id of ['k2', 'k3', 'k4']) {
      const when = this.#random.chance(0.4) ? together + this.#random.between(0, 20) : at()
      this.#timeline.after(when, () => this.#write(id, 1))
      // Shortly before it is revoked a key is in use.
      for (let slot = 0; slot < this.#slots.length; slot++) {
        this.#timeline.after(when - this.#random.between(0, 30), () => this.#request(slot, id))
      }
    }
    this.#timeline.after(this.#random.between(0, LEASE_MS), () => this.#write('k5', null))
    const silent = this.#random.between(0, 2 * LEASE_MS)
    this.#timeline.after(silent, () => {
      this.history.key('k1').silentAt = this.#timeline.now
      this.#store.commit({ id: 'k1', digest: digestOf('k1'), revokedAt: 1 }, undefined)
    })
    // Somebody uses it all the time.
    for (let when = silent; when < FAULTS_MS + QUIET_MS; when += LEASE_MS / 5) {
      this.#timeline.after(when, () => this.#request(0, 'k1'))
    }
  }

  #write(id: string, revokedAt: number | null): void {
    const { host, keyring } = this.#random.pick(this.#slots).process
    host.deliver({}, () => {
      const begunAt = this.#timeline.now
      this.#say(`${host.name} ${revokedAt === null ? 'issues' : 'revokes'} ${id}`)
      const call = {}
      this.#calls.add(call)
      host.onDeath(() => this.#calls.delete(call))
      keyring.write({ id, digest: digestOf(id), revokedAt }).then(
        () => {
          if (this.#calls.delete(call)) this.#resolved(id, revokedAt, begunAt)
        },
        (error: Error) => {
          if (this.#calls.delete(call)) this.#say(`${host.name} could not: ${error.message}`)
        },
      )
    })
  }

  #resolved(id: string, revokedAt: number | null, begunAt: number): void {
    const key = this.history.key(id)
    const { now } = this.#timeline
    this.#say(`resolved ${id} after ${(now - begunAt).toFixed(1)}`)
    if (revokedAt === null) key.issuedAt = now
    else key.revokedAt = now
    if (revokedAt !== null) this.history.figures.revoked++
    this.#probe(id)
    if (this.#isPeaceful && now - begunAt > LEASE_MS * 0.9) {
      this.history.fail(now, `${id} took ${(now - begunAt).toFixed(1)} ms in peace`)
    }
  }

  // Faults

  #scheduleFaults(): void {
    this.#timeline.after(this.#random.between(0, LEASE_MS / 2), () => {
      if (!this.#hasFaults) return
      this.#fault()
      this.#scheduleFaults()
    })
  }

  #fault(): void {
    const random = this.#random
    const slot = random.pick(this.#slots)
    const { host } = slot.process
    const forMs = random.between(1, random.pick([20, LEASE_MS, 2.5 * LEASE_MS]))
    const noticeMs = (): number => random.between(0, random.pick([1, 50, 3 * LEASE_MS]))
    const later = (run: () => void): void => void this.#timeline.after(forMs, run)
    switch (random.below(11)) {
      case 0:
      case 1: {
        const how = this.#clockIsSet ? 'stopped' : random.pick(['stopped', 'asleep'] as const)
        this.#say(`${host.name} ${how} for ${forMs.toFixed(1)}`)
        host.pause(how)
        later(() => host.resume())
        break
      }
      case 2:
        this.#crash(host, 0)
        break
      case 3:
      case 4: {
        const link = random.pick([slot.toBroker, slot.toBroker, slot.toStore])
        this.#say(`${host.name} cut off from ${link === slot.toBroker ? 'broker' : 'store'} for ${forMs.toFixed(1)}`)
        link.isBlocked = true
        if (random.chance(0.4)) link.cutAll(noticeMs)
        later(() => link.heal())
        break
      }
      case 5:
      case 6: {
        const [wire] = random.chance(0.5) ? slot.toBroker.wires : [...slot.toBroker.wires].reverse()
        this.#say(`${host.name} loses a connection`)
        wire?.cut(noticeMs())
        break
      }
      case 7:
        if (!this.#broker.isUp) break
        this.#say(`broker down for ${forMs.toFixed(1)}`)
        this.#broker.stop()
        for (const { toBroker } of this.#slots) toBroker.cutAll(noticeMs)
        later(() => this.#broker.start())
        break
      case 8:
        this.#slowMs = random.pick([20, LEASE_MS, 3 * LEASE_MS])
        later(() => {
          this.#slowMs = 0
        })
        break
      case 9:
        this.#loss = 0.2
        slot.toBroker.slowness = random.pick([2, 20])
        later(() => {
          this.#loss = 0
          slot.toBroker.slowness = 1
        })
        break
      case 10:
        host.setWall(random.between(this.#clockIsSet ? -2 * LEASE_MS : 0, 2 * LEASE_MS))
        break
    }
  }

  #crash(host: Host, afterMs: number): void {
    this.#timeline.after(afterMs, () => {
      if (!this.#hasFaults) return
      this.#say(`${host.name} crashes`)
      host.crash()
      const slot = this.#slots.find(({ process }) => process.host === host)
      if (slot !== undefined) this.#timeline.after(this.#random.between(1, LEASE_MS), () => this.#restart(slot))
    })
  }

  #restart(slot: Slot): void {
    if (!slot.process.host.isDead) return
    // The kernel closes what the dead had open.
    for (const link of [slot.toBroker, slot.toStore]) link.cutAll(() => 0)
    const [name] = slot.process.host.name.split('.')
    slot.process = this.#start(`${name}.${++slot.incarnation}`, slot)
  }

  /** Nothing goes wrong any more: now hits come back, and what the dead have left is published. */
  #heal(): void {
    this.#say('everything heals')
    this.#hasFaults = false
    this.#loss = 0
    this.#slowMs = 0
    if (!this.#broker.isUp) this.#broker.start()
    for (const slot of this.#slots) {
      slot.toStore.heal()
      slot.toBroker.heal()
      // What is half open is found out now; what works is left alone.
      for (const link of [slot.toBroker, slot.toStore]) link.noticeCuts()
      slot.process.host.resume()
      this.#restart(slot)
    }
    this.history.orphansEndAt = this.#timeline.now + 2 * SWEEP_MS + LEASE_MS
    for (let slot = 0; slot < this.#slots.length; slot++) this.#expectHits(slot)
    for (let when = 0; when < QUIET_MS; when += 75) {
      for (const id of ['k2', 'k3', 'k4']) {
        this.#timeline.after(when, () => this.#request(this.#random.below(this.#slots.length), id))
      }
    }
  }

  /** Of a few requests one must be answered from memory; a record may have to be read again in between. */
  #expectHits(slot: number): void {
    let hits = 0
    for (const laterMs of [0, 60, 120]) {
      this.#timeline.after(HITS_AGAIN_MS + laterMs, () =>
        this.#request(slot, 'k0', (wasHit) => (hits += Number(wasHit))),
      )
    }
    this.#timeline.after(HITS_AGAIN_MS + 121, () => {
      if (hits === 0) this.history.fail(this.#timeline.now, `process ${slot} has no hits again`)
    })
  }

  #say(line: string): void {
    this.#trace?.(`${this.#timeline.now.toFixed(1).padStart(8)}  ${line}`)
  }
}
