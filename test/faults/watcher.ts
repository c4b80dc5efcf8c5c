import { setTimeout as wait } from 'node:timers/promises'
import type { Verdict, Verifier } from '@bearward/core'
import type { KeyringRecord } from '@bearward/keyring'
import { lineOf, type Outcome } from './history.ts'
import type { Handed } from './orders.ts'

/** Between two rounds through the tokens: quick, and leaves the machine to the others. */
const PAUSE_MS = 4
/** Reads of one key that may be under way: a store that hangs must not be asked for ever more. */
const MOST_READS = 2

/** A key that is watched, and what memory has said of it. */
interface Watched extends Handed {
  readonly header: string
  reads: number
  hits: number
}

/** Verifies tokens without a pause, and writes down each verification. */
export class Watcher {
  readonly #verifier: Verifier<KeyringRecord>
  readonly #write: (lines: string) => void
  #keys: readonly Watched[] = []
  #timer: NodeJS.Timeout | undefined
  #lines = ''
  /** Whether memory has answered the verification that is under way. */
  #isHit = false

  constructor(verifier: Verifier<KeyringRecord>, write: (lines: string) => void) {
    this.#verifier = verifier
    this.#write = write
    verifier.on('failed', () => {})
    verifier.on('cache', ({ outcome }) => {
      if (outcome === 'hit') this.#isHit = true
    })
    this.#goRound()
  }

  watch(keys: readonly Handed[]): void {
    this.#keys = keys.map((key) => ({ ...key, header: `Bearer ${key.token}`, reads: 0, hits: 0 }))
  }

  async warm(keyIds: readonly string[], withinMs: number): Promise<boolean> {
    const wanted = this.#keys.filter(({ id }) => keyIds.includes(id))
    const before = wanted.map(({ hits }) => hits)
    const deadline = performance.now() + withinMs
    while (wanted.some(({ hits }, index) => hits === before[index])) {
      if (performance.now() > deadline) return false
      await wait(PAUSE_MS)
    }
    return true
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#verifier.close()
  }

  #goRound(): void {
    for (const key of this.#keys) if (key.reads < MOST_READS) this.#verify(key)
    if (this.#lines !== '') this.#write(this.#lines)
    this.#lines = ''
    this.#timer = setTimeout(() => this.#goRound(), PAUSE_MS)
  }

  #verify(key: Watched): void {
    this.#isHit = false
    const began = process.hrtime.bigint()
    const verdict = this.#verifier.verify(key.header)
    if (!(verdict instanceof Promise)) {
      if (this.#isHit) key.hits++
      this.#note(key, began, verdict, this.#isHit)
      return
    }
    key.reads++
    void verdict.then((later) => {
      key.reads--
      this.#note(key, began, later, false)
    })
  }

  #note(key: Watched, began: bigint, verdict: Verdict<KeyringRecord>, isHit: boolean): void {
    const ended = process.hrtime.bigint()
    this.#lines += lineOf({
      kind: 'verified',
      process: '',
      key: key.id,
      began,
      ended,
      outcome: outcomeOf(verdict, isHit),
    })
  }
}

function outcomeOf(verdict: Verdict<KeyringRecord>, isHit: boolean): Outcome {
  if (verdict.ok) return isHit ? 'hit' : 'read'
  return verdict.denial.code === 'unavailable' ? 'unavailable' : 'refused'
}
