import { RecordCache } from '../../packages/core/src/cache.ts'
import { Flight, FreshReads } from '../../packages/core/src/flight.ts'
import { Term } from '../../packages/core/src/lease.ts'
import { running } from './model/host.ts'
import type { Flaws } from './simulation.ts'

interface Instant {
  readonly wall: number
  readonly monotonic: number
}

/** A protocol with one thing wrong, which the simulation must find out. */
export interface Variant {
  readonly name: string
  /** What is wrong outside of core. */
  readonly flaws?: Flaws
  /** What is wrong in core: breaks it, and answers how to mend it. The shipped code knows nothing of this. */
  readonly breakCore?: () => () => void
}

export const variants: readonly Variant[] = [
  { name: 'no fill guard', breakCore: () => patch(Flight.prototype, 'mayRemember', () => true) },
  {
    name: 'lease from receive time',
    breakCore: () => {
      const { begin } = Term.prototype
      return patch(Term.prototype, 'begin', function (this: Term, from: Instant, length: number) {
        const received = running === undefined ? from : { wall: running.now(), monotonic: running.monotonic() }
        begin.call(this, received, length)
      })
    },
  },
  {
    name: 'monotonic clock only',
    breakCore: () => {
      const { begin } = Term.prototype
      const ends = new WeakMap<Term, number>()
      const mendBegin = patch(Term.prototype, 'begin', function (this: Term, from: Instant, length: number) {
        ends.set(this, from.monotonic + length)
        begin.call(this, from, length)
      })
      const mendEnd = patch(Term.prototype, 'end', function (this: Term) {
        ends.delete(this)
      })
      const mendHolds = patch(Term.prototype, 'holds', function (this: Term, _wall: number, monotonic: number) {
        return monotonic < (ends.get(this) ?? Number.NEGATIVE_INFINITY)
      })
      return () => {
        mendBegin()
        mendEnd()
        mendHolds()
      }
    },
  },
  { name: 'cache kept after reconnect', flaws: { staysSilentAboutLoss: true } },
  { name: 'publish before commit', flaws: { publishesFirst: true } },
  { name: 'acknowledgement before eviction', flaws: { acknowledgesFirst: true } },
  { name: 'join of a stale fill', breakCore: () => patchGetter(Flight.prototype, 'joinable', () => true) },
  { name: 'no lease', breakCore: () => patch(Term.prototype, 'holds', () => true) },
  { name: 'lease registry trusted after a server restart', flaws: { trustsRegistry: true } },
  { name: 'death between commit and publication without outbox', flaws: { hasNoOutbox: true } },
  { name: 'outbox read past an uncommitted gap', flaws: { takesSequencesEarly: true } },
  {
    name: 'sliding age',
    breakCore: () => {
      const { get } = RecordCache.prototype
      return patch(
        RecordCache.prototype,
        'get',
        function (this: RecordCache<never>, digest: string, now: number, monotonic: number) {
          const found = get.call(this, digest, now, monotonic)
          const moments = this.moments()
          if (found !== undefined)
            Object.assign(found, { readAtWall: moments.wall, readAtMonotonic: moments.monotonic })
          return found
        },
      )
    },
  },
]

/** Beyond the twelve: parts of the protocol that are easy to forget. */
export const extraVariants: readonly Variant[] = [
  {
    name: 'no room for clocks that drift',
    breakCore: () => {
      const { begin } = Term.prototype
      return patch(Term.prototype, 'begin', function (this: Term, from: Instant, length: number) {
        begin.call(this, from, (length + 1) / 0.98)
      })
    },
  },
  { name: 'no fresh reads', breakCore: () => patch(FreshReads.prototype, 'needed', () => false) },
  { name: 'registers for its lease after the ping', flaws: { registersLate: true } },
]

function patch<T extends object, Name extends keyof T>(target: T, name: Name, replacement: unknown): () => void {
  const original = Object.getOwnPropertyDescriptor(target, name) as PropertyDescriptor
  Object.defineProperty(target, name, { ...original, value: replacement })
  return () => Object.defineProperty(target, name, original)
}

function patchGetter<T extends object>(target: T, name: keyof T, get: () => unknown): () => void {
  const original = Object.getOwnPropertyDescriptor(target, name) as PropertyDescriptor
  Object.defineProperty(target, name, { ...original, get })
  return () => Object.defineProperty(target, name, original)
}
