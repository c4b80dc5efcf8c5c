import { type Clock, SECOND, SharedWork } from '@bearward/core'
import { importKeys, type PublicKeyList } from './published-keys.ts'

/** After a reading that failed, the next one waits this long, so that bad deliveries cannot hammer GitHub. */
const PAUSE_AFTER_FAILURE_MS = SECOND
/** Longest time that a delivery waits for the reading of another one. */
const WAIT_MS = 2 * SECOND

type Keys = ReadonlyMap<string, CryptoKey>

/** What `Signers` needs of the settings. */
interface SignersSettings {
  readonly publicKeys: () => Promise<PublicKeyList>
  readonly keysMaxAgeMs: number
  readonly refetchAfterMs: number
  readonly clock: Clock
}

/**
 * The keys that GitHub signs with, read when they are first needed, when they have grown old, and when a delivery names
 * one that is not there, but for that at most once every `refetchAfterMs`. One reading at a time; all who need it wait
 * for the same one, and read again when its delivery was cancelled.
 */
export class Signers {
  readonly #settings: SignersSettings
  #keys: Keys | undefined
  /** Monotonic time at which the reading of `#keys` began. */
  #readAt = 0
  #failure: { readonly at: number; readonly cause: unknown } | undefined
  readonly #reading: SharedWork<Keys>

  constructor(settings: SignersSettings) {
    this.#settings = settings
    this.#reading = new SharedWork<Keys>({ clock: settings.clock, patienceMs: WAIT_MS })
  }

  /**
   * @returns the key of that name, or `undefined` when GitHub does not publish one
   * @throws what `publicKeys` throws: without a list that is young enough, nothing can be believed
   */
  async find(identifier: string): Promise<CryptoKey | undefined> {
    const { keysMaxAgeMs, refetchAfterMs } = this.#settings
    const known = this.#keys
    if (known === undefined || this.#age() >= keysMaxAgeMs) return (await this.#read()).get(identifier)
    if (known.has(identifier) || this.#age() < refetchAfterMs) return known.get(identifier)
    return (await this.#read()).get(identifier)
  }

  #age(): number {
    return this.#settings.clock.monotonic() - this.#readAt
  }

  #read(): Promise<Keys> {
    return this.#reading.run(() => this.#readNow())
  }

  async #readNow(): Promise<Keys> {
    const { clock, publicKeys } = this.#settings
    const startedAt = clock.monotonic()
    const failure = this.#failure
    if (failure !== undefined && startedAt - failure.at < PAUSE_AFTER_FAILURE_MS) throw failure.cause
    try {
      this.#keys = await importKeys(await publicKeys())
      this.#readAt = startedAt
      this.#failure = undefined
      return this.#keys
    } catch (cause) {
      this.#failure = { at: clock.monotonic(), cause }
      throw cause
    }
  }
}
