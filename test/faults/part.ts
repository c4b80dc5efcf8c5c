import { openSync, writeSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { type Channel, keyFormat, localChannel } from '@bearward/core'
import { createKeyring, type Keyring } from '@bearward/keyring'
import type { Opened, Tested } from './channels/channel.ts'
import { lineOf, type Step } from './history.ts'
import type { Handed, Orders, Setting } from './orders.ts'
import { Watcher } from './watcher.ts'

const format = keyFormat({ prefix: 'acme' })
/** A revocation that could not be confirmed is asked for again. */
const RETRY_MS = 50

/** What one process does in a test of faults. */
export class Part implements Orders {
  readonly #opened: Opened
  readonly #keyring: Keyring
  readonly #watcher: Watcher
  readonly #write: (lines: string) => void
  /** Set when the next publication is to be the end of this process. */
  #lastWords: (() => void) | undefined

  static async open({ channel, place, pace, file, isDeaf }: Setting): Promise<Part> {
    const { tested } = (await import(`./channels/${channel}.ts`)) as { tested: Tested }
    const opened = tested.open(place, pace)
    const descriptor = openSync(file, 'a')
    // At once, so that a process that is killed leaves what it has done.
    return new Part(isDeaf ? { ...opened, channel: localChannel() } : opened, (lines) => writeSync(descriptor, lines))
  }

  private constructor(opened: Opened, write: (lines: string) => void) {
    this.#opened = opened
    this.#write = write
    this.#keyring = createKeyring({ store: opened.store, channel: this.#mortal(opened.channel), format })
    this.#keyring.on('failed', () => {})
    this.#watcher = new Watcher(this.#keyring.verifier({ deadlineMs: 1000 }), write)
  }

  async watch(keys: readonly Handed[]): Promise<void> {
    this.#watcher.watch(keys)
  }

  warm(keyIds: readonly string[], withinMs: number): Promise<boolean> {
    return this.#watcher.warm(keyIds, withinMs)
  }

  async issue(count: number, owner: string): Promise<readonly Handed[]> {
    return Promise.all(
      Array.from({ length: count }, async () => {
        const { key, token } = await this.#keyring.issue({ owner })
        this.#log('issued', key.id)
        return { id: key.id, token }
      }),
    )
  }

  async revoke(keyIds: readonly string[], withinMs: number): Promise<void> {
    await Promise.all(
      keyIds.map(async (id, index) => {
        await wait((withinMs * index) / keyIds.length)
        this.#log('revoking', id)
        await this.#revokeUntilConfirmed(id)
        this.#log('revoked', id)
      }),
    )
  }

  async dieRevoking(owner: string, keyIds: readonly string[], boundMs: number): Promise<void> {
    for (const id of keyIds) this.#log('revoking', id)
    this.#lastWords = () => {
      // One commit for all of them.
      for (const id of keyIds) this.#log('committed', id, boundMs)
      process.kill(process.pid, 'SIGKILL')
    }
    await this.#keyring.revokeAll({ owner })
  }

  async write(): Promise<void> {
    for (;;) {
      const { key } = await this.#keyring.issue({ owner: 'writer' })
      await this.#keyring.disable(key.id, { confirm: false })
    }
  }

  async block(ms: number, times: number): Promise<void> {
    const sleeper = new Int32Array(new SharedArrayBuffer(4))
    for (let time = 0; time < times; time++) {
      Atomics.wait(sleeper, 0, 0, ms)
      await wait(ms)
    }
  }

  async hold(file: string, ms: number): Promise<void> {
    const { DatabaseSync } = await import('node:sqlite')
    const database = new DatabaseSync(file, { timeout: 10_000 })
    database.exec('begin immediate')
    await wait(ms)
    database.exec('rollback')
    database.close()
  }

  flush(): Promise<void> {
    return this.#keyring.flush()
  }

  async close(): Promise<void> {
    this.#watcher.stop()
    await this.#keyring.close()
    await this.#opened.close()
  }

  async #revokeUntilConfirmed(id: string): Promise<void> {
    for (;;) {
      try {
        const { confirmation } = await this.#keyring.revoke(id)
        if (!confirmation.confirmed) throw new Error('revoke() resolved unconfirmed')
        return
      } catch (error) {
        if ((error as { code?: string }).code === 'not_found') throw error
        await wait(RETRY_MS)
      }
    }
  }

  /** The same channel, but for a publication that is the end. */
  #mortal(channel: Channel): Channel {
    return {
      leaseMs: channel.leaseMs,
      durable: channel.durable,
      subscribe: (subscriber) => channel.subscribe(subscriber),
      publish: (change, options) => {
        this.#lastWords?.()
        return channel.publish(change, options)
      },
      close: () => channel.close(),
    }
  }

  #log(kind: Step['kind'], key: string, afterMs = 0): void {
    this.#write(lineOf({ kind, key, at: process.hrtime.bigint(), afterMs }))
  }
}
