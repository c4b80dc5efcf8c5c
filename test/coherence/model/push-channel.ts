import type { Change, Channel, ChannelSubscriber, ChannelSubscription, Confirmation } from '@bearward/core'
import { Acknowledgements, type Census } from '@bearward/core/channel'
import type { Broker, Message } from './broker.ts'
import type { Host } from './host.ts'
import { type Link, Wire } from './network.ts'
import type { Timeline } from './timeline.ts'

/** How often a connection is tried again. */
const RECONNECT_MS = 30

/** What a broken variant does instead. */
export interface PushFlaws {
  readonly acknowledgesFirst?: boolean
  readonly staysSilentAboutLoss?: boolean
  readonly trustsRegistry?: boolean
  readonly registersLate?: boolean
}

interface World {
  readonly timeline: Timeline
  readonly host: Host
  readonly link: Link
  readonly broker: Broker
  readonly leaseMs: number
  /** How often a message is delivered twice. */
  readonly duplicates: () => boolean
  readonly flaws: PushFlaws
}

/** A channel over a server that pushes: one connection that hears, one that speaks. */
export class PushChannel implements Channel {
  readonly leaseMs: number
  readonly durable = false
  readonly #world: World
  readonly #memberId: string
  #subscriber: ChannelSubscriber | undefined
  /** The connection that hears; only once the server has said that it does. */
  #hearing: Wire | undefined
  #speaking: Wire | undefined
  /** Questions that the speaking connection takes down with it. */
  readonly #pending = new Set<(error: Error) => void>()
  readonly #waiting = new Map<string, Acknowledgements>()
  #messages = 0

  constructor(world: World) {
    this.#world = world
    this.leaseMs = world.leaseMs
    this.#memberId = world.host.name
    this.#connectSpeaking()
  }

  subscribe(subscriber: ChannelSubscriber): ChannelSubscription {
    this.#subscriber = subscriber
    this.#connectHearing()
    return { prove: () => this.#prove(), close: async () => {} }
  }

  async publish({ invalidations }: Change, { confirm = true } = {}): Promise<Confirmation> {
    const { broker, host, leaseMs, flaws } = this.#world
    const id = `${this.#memberId}#${++this.#messages}`
    const acknowledgements = new Acknowledgements({ leaseMs, clock: host })
    this.#waiting.set(id, acknowledgements)
    const speaking = this.#speaking
    try {
      const census = await this.#ask<Census>((answer) =>
        answer(
          broker.publish({ id, invalidations }, (memberId) =>
            speaking?.toProcess(() => this.#waiting.get(id)?.receive(memberId)),
          ),
        ),
      )
      const counted = flaws.trustsRegistry ? { members: census.members } : census
      return confirm ? await acknowledgements.confirm(counted) : acknowledgements.unconfirmed(counted)
    } finally {
      this.#waiting.delete(id)
    }
  }

  async close(): Promise<void> {}

  /** Registers first: whoever publishes after that waits for this member, whoever published before is heard by the ping. */
  async #prove(): Promise<void> {
    const { flaws } = this.#world
    const hearing = this.#hearing
    if (hearing === undefined) throw new Error('not connected')
    if (!flaws.registersLate) await this.#register()
    await new Promise<void>((pong, lost) => {
      if (this.#hearing !== hearing) lost(new Error('connection lost'))
      else hearing.toServer(() => hearing.toProcess(pong))
    })
    if (flaws.registersLate) await this.#register()
  }

  #register(): Promise<void> {
    const { broker } = this.#world
    return this.#ask<void>((answer) => {
      broker.register(this.#memberId)
      answer()
    })
  }

  #ask<T>(question: (answer: (value: T) => void) => void): Promise<T> {
    const wire = this.#speaking
    return new Promise((resolve, reject) => {
      if (wire === undefined) {
        reject(new Error('not connected'))
        return
      }
      this.#pending.add(reject)
      wire.toServer(() =>
        question((value) =>
          wire.toProcess(() => {
            this.#pending.delete(reject)
            resolve(value)
          }),
        ),
      )
    })
  }

  #hear({ id, invalidations }: Message): void {
    const { broker, host, flaws, duplicates } = this.#world
    const acknowledge = (): void => {
      this.#speaking?.toServer(() => broker.acknowledge(id, this.#memberId))
    }
    if (flaws.acknowledgesFirst) {
      acknowledge()
      host.schedule(() => this.#subscriber?.invalidate(invalidations), 20)
      return
    }
    this.#subscriber?.invalidate(invalidations)
    acknowledge()
    if (!duplicates()) return
    this.#subscriber?.invalidate(invalidations)
    acknowledge()
  }

  #connectHearing(): void {
    this.#connect((wire, ready) => {
      const { broker } = this.#world
      wire.toServer(() => {
        broker.subscribe(wire, (message) => this.#hear(message))
        wire.toProcess(() => {
          this.#hearing = wire
        })
      })
      wire.onClose = () => {
        const wasHearing = this.#hearing === wire
        this.#hearing = undefined
        if (wasHearing && !this.#world.flaws.staysSilentAboutLoss) this.#subscriber?.lost()
        ready(() => this.#connectHearing())
      }
    })
  }

  #connectSpeaking(): void {
    this.#connect((wire, ready) => {
      this.#speaking = wire
      wire.onClose = () => {
        this.#speaking = undefined
        for (const reject of [...this.#pending]) reject(new Error('connection lost'))
        this.#pending.clear()
        ready(() => this.#connectSpeaking())
      }
    })
  }

  #connect(begin: (wire: Wire, again: (connect: () => void) => void) => void): void {
    const { timeline, host, link, broker } = this.#world
    const again = (connect: () => void): void => {
      host.schedule(connect, RECONNECT_MS)
    }
    if (!broker.isUp || link.isBlocked) again(() => this.#connect(begin))
    else begin(new Wire(host, link, timeline), again)
  }
}
