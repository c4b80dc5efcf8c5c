import { Connection, type Message, wait } from './medium.ts'
import { MemberChannel } from './member-channel.ts'

/** Milliseconds between the loss of a connection and the next one, and between a connection and its subscription. */
const CONNECT_MS = 5

/** A channel with a connection on which messages arrive, and requests that overtake them. */
export class PushingChannel extends MemberChannel {
  readonly durable = false
  #connection: Connection | undefined
  #connecting: Promise<Connection> | undefined
  /** Runs when a connection is there, before it hears. */
  readonly #onConnected = new Set<() => void>()
  readonly #registering = new Set<Promise<unknown>>()
  #connections = 0
  #owesLoss = false

  protected start(): void {
    this.#connect().catch(() => {})
  }

  protected async stop(): Promise<void> {
    await Promise.allSettled(this.#registering)
    if (!this.isClosed) return
    this.#connection?.end()
    if (this.#connection !== undefined) this.medium.hearing.delete(this.#connection)
  }

  protected async proveHearing(isHere: () => boolean): Promise<void> {
    if (this.flaw === 'provesOnConnecting' && this.#connection === undefined && this.#connections > 1) {
      return new Promise((resolve) => this.#onConnected.add(resolve))
    }
    const connection = await this.within(this.#connect())
    if (!isHere()) throw new Error('the subscription was closed')
    const late = this.flaw === 'registersLate' || this.flaw === 'registersAfterProof'
    if (!late) await this.#register()
    await this.within(connection.ping())
    if (this.#connection !== connection) throw new Error('the connection was lost')
    if (this.flaw === 'registersLate') await this.#register()
    if (this.flaw === 'registersAfterProof') setTimeout(() => void this.#register().catch(() => {}), CONNECT_MS)
    if (!this.#owesLoss) return
    this.#owesLoss = false
    setTimeout(() => this.lose(), 1)
  }

  async #register(): Promise<void> {
    const id = this.memberId
    const registering = this.within(this.line.ask(() => this.medium.register(id)))
    this.#registering.add(registering)
    try {
      await registering
    } finally {
      this.#registering.delete(registering)
    }
  }

  #connect(): Promise<Connection> {
    if (this.#connection !== undefined) return Promise.resolve(this.#connection)
    this.#connecting ??= this.#open().finally(() => {
      this.#connecting = undefined
    })
    return this.#connecting
  }

  async #open(): Promise<Connection> {
    const count = ++this.#connections
    if (count > 1) await wait(CONNECT_MS)
    const connection = new Connection(this.line, (message) => this.#receive(message))
    for (const connected of this.#onConnected) connected()
    this.#onConnected.clear()
    await wait(CONNECT_MS)
    if (!connection.isOpen || this.isClosed) throw new Error('the connection was lost')
    if (count === 1 || this.flaw !== 'hearsOnFirstConnectionOnly') this.medium.hearing.add(connection)
    this.#connection = connection
    return connection
  }

  /** The medium has cut the connection. */
  cut(): void {
    const connection = this.line.connection
    if (connection === undefined) return
    this.medium.hearing.delete(connection)
    const wasHearing = this.#connection === connection
    this.#connection = undefined
    if (wasHearing && this.flaw === 'tellsLossLate') this.#owesLoss = true
    else if (wasHearing && this.flaw !== 'tellsNoLoss') this.lose()
    connection.end()
    if (this.subscribers.length > 0) this.#connect().catch(() => {})
  }

  #receive(message: Message): void {
    const { memberId, medium } = this
    if (this.subscribers.length === 0) return
    const acknowledge = (): void => {
      void this.line.ask(() => medium.acknowledge(memberId, message.sequence)).catch(() => {})
    }
    if (this.flaw === 'acknowledgesFirst') {
      acknowledge()
      setTimeout(() => this.handOver(message), CONNECT_MS)
    } else if (this.handOver(message)) {
      acknowledge()
    }
  }
}
