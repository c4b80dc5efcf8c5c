import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { keyFormat, systemClock, type Verdict, type Verifier } from '@bearward/core'
import { createKeyring, type Keyring, type KeyringRecord } from '@bearward/keyring'
import { redisChannel } from '@bearward/redis'
import { sqlite } from '@bearward/sql'
import { type Server, startProxy, startRedis, type TcpProxy } from '@internal/services'
import { Redis } from 'ioredis'

export interface SoakOptions {
  readonly seconds: number
  readonly leaseMs: number
  /** Keys that live at any time; memory holds half of them. */
  readonly keys: number
  /** From the beginning of one outage of the channel to the next, and how long each lasts. */
  readonly outageEveryMs: number
  readonly outageMs: number
  readonly sampleEveryMs: number
  readonly onSample?: (sample: Sample) => void
}

/** What was seen at one moment. */
export interface Sample {
  readonly seconds: number
  /** After a collection, where the process lets one be asked for. */
  readonly heapBytes: number
  readonly requests: number
  readonly revocations: number
}

export interface SoakReport {
  readonly samples: readonly Sample[]
  readonly requests: number
  readonly hits: number
  /** Of `requests`, those that began while the channel was down. */
  readonly duringOutages: number
  readonly revocations: number
  /** Answers that were not as they had to be: what was asked, and what came. */
  readonly wrong: readonly string[]
  /** Leases from the end of each outage until memory answered again. */
  readonly recoveryLeases: readonly number[]
}

/** What is presented, and what must come of it. */
type Presented = 'live' | 'revoked' | 'made up' | 'wrong checksum' | 'unreadable'

const EXPECTED: Readonly<Record<Presented, string>> = {
  live: 'accepted',
  revoked: 'invalid',
  'made up': 'invalid',
  'wrong checksum': 'invalid',
  unreadable: 'malformed',
}

interface World {
  readonly database: string
  readonly redis: Server
  readonly proxy: TcpProxy
}

/** Revoked tokens that are tried again. */
const REMEMBERED = 200
const REQUESTS_A_TURN = 40

/** Requests, revocations and outages of the channel for a while, over a real Redis; counts what is answered wrongly. */
export async function soak(options: SoakOptions): Promise<SoakReport> {
  const folder = mkdtempSync(join(tmpdir(), 'soak-'))
  const redis = await startRedis({ own: true })
  const proxy = await startProxy({ to: redis.port })
  const run = new Soak(options, { database: join(folder, 'keys.db'), redis, proxy })
  try {
    return await run.run()
  } finally {
    await run.close()
    await proxy.close()
    await redis.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

class Soak {
  readonly #options: SoakOptions
  readonly #proxy: TcpProxy
  readonly #format = keyFormat({ prefix: 'soak' })
  readonly #clients: readonly Redis[]
  /** One process that changes keys, and one behind the proxy that is asked. */
  readonly #office: Keyring
  readonly #gate: Keyring
  readonly #verifier: Verifier<KeyringRecord>
  readonly #live: { readonly id: string; readonly token: string }[] = []
  readonly #revoked: string[] = []
  #startedAt = 0
  readonly #samples: Sample[] = []
  readonly #wrong: string[] = []
  readonly #recoveryLeases: number[] = []
  #requests = 0
  #hits = 0
  #duringOutages = 0
  #revocations = 0
  #isOut = false
  #healedAt: number | undefined

  constructor(options: SoakOptions, { database, redis, proxy }: World) {
    const { leaseMs, keys } = options
    this.#options = options
    this.#proxy = proxy
    const [direct, proxied] = [quietClient(redis.port), quietClient(proxy.port)]
    this.#clients = [direct, proxied]
    const format = this.#format
    const channel = redisChannel(proxied, { leaseMs })
    this.#office = createKeyring({ store: sqlite(database), format, channel: redisChannel(direct, { leaseMs }) })
    this.#gate = createKeyring({ store: sqlite(database), format, channel })
    this.#verifier = this.#gate.verifier({ cache: { max: keys / 2, channel } })
    this.#verifier.on('cache', ({ outcome }) => {
      if (outcome === 'hit') this.#sawHit()
    })
  }

  async run(): Promise<SoakReport> {
    while (this.#live.length < this.#options.keys) this.#live.push(await this.#issue())
    this.#startedAt = systemClock.monotonic()
    const isOver = (): boolean => this.#elapsedMs() >= this.#options.seconds * 1000
    await Promise.all([this.#request(isOver), this.#change(isOver), this.#breakChannel(isOver), this.#sample(isOver)])
    return {
      samples: this.#samples,
      requests: this.#requests,
      hits: this.#hits,
      duringOutages: this.#duringOutages,
      revocations: this.#revocations,
      wrong: this.#wrong,
      recoveryLeases: this.#recoveryLeases,
    }
  }

  async close(): Promise<void> {
    this.#proxy.resume()
    await this.#gate.close()
    await this.#office.close()
    for (const client of this.#clients) client.disconnect()
  }

  async #request(isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      const waiting: Promise<void>[] = []
      for (let count = 0; count < REQUESTS_A_TURN; count++) waiting.push(this.#ask())
      await Promise.all(waiting)
      await wait(1)
    }
  }

  async #ask(): Promise<void> {
    const [presented, token] = this.#pick()
    this.#requests++
    if (this.#isOut) this.#duringOutages++
    const verdict = await this.#verifier.verify(`Bearer ${token}`)
    const answer = answerOf(verdict)
    // A key may be revoked while its request is under way; both answers are right then.
    const wasRevoked = presented === 'live' && this.#live.every((key) => key.token !== token)
    if (answer !== EXPECTED[presented] && !wasRevoked) this.#wrong.push(`${presented}: ${answer}`)
  }

  #pick(): [Presented, string] {
    const dice = Math.random()
    if (dice < 0.6) return ['live', any(this.#live)?.token ?? '']
    if (dice < 0.75 && this.#revoked.length > 0) return ['revoked', any(this.#revoked) ?? '']
    if (dice < 0.85) return ['made up', this.#format.generate()]
    if (dice < 0.95) return ['wrong checksum', `${this.#format.generate().slice(0, -1)}_`]
    return ['unreadable', 'two words']
  }

  /** Keys come and go; their number stays. */
  async #change(isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      const index = Math.floor(Math.random() * this.#live.length)
      const old = this.#live[index] as { id: string; token: string }
      this.#live[index] = await this.#issue()
      await this.#office.revoke(old.id)
      this.#revocations++
      this.#revoked.push(old.token)
      if (this.#revoked.length > REMEMBERED) this.#revoked.shift()
      await wait(5)
    }
  }

  async #issue(): Promise<{ id: string; token: string }> {
    const { key, token } = await this.#office.issue({ owner: null })
    return { id: key.id, token }
  }

  /** Cuts, refuses, holds and strands, one after the other. */
  async #breakChannel(isOver: () => boolean): Promise<void> {
    const { outageEveryMs, outageMs } = this.#options
    const kinds = [() => this.#proxy.drop(), () => this.#proxy.pause(), () => this.#proxy.strand()]
    for (let count = 0; !isOver(); count++) {
      await wait(outageEveryMs - outageMs)
      this.#isOut = true
      await this.#proxy.refuse(true)
      kinds[count % kinds.length]?.()
      await wait(outageMs)
      await this.#proxy.refuse(false)
      this.#proxy.resume()
      this.#isOut = false
      this.#healedAt = systemClock.monotonic()
    }
  }

  #sawHit(): void {
    this.#hits++
    if (this.#healedAt === undefined || this.#isOut) return
    this.#recoveryLeases.push((systemClock.monotonic() - this.#healedAt) / this.#options.leaseMs)
    this.#healedAt = undefined
  }

  async #sample(isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      await wait(this.#options.sampleEveryMs)
      globalThis.gc?.()
      const sample: Sample = {
        seconds: this.#elapsedMs() / 1000,
        heapBytes: process.memoryUsage().heapUsed,
        requests: this.#requests,
        revocations: this.#revocations,
      }
      this.#samples.push(sample)
      this.#options.onSample?.(sample)
    }
  }

  #elapsedMs(): number {
    return systemClock.monotonic() - this.#startedAt
  }
}

function answerOf(verdict: Verdict<KeyringRecord>): string {
  return verdict.ok ? 'accepted' : verdict.denial.code
}

function any<T>(list: readonly T[]): T | undefined {
  return list[Math.floor(Math.random() * list.length)]
}

function quietClient(port: number): Redis {
  const client = new Redis(port, '127.0.0.1', { retryStrategy: () => 50 })
  client.on('error', () => {})
  return client
}
