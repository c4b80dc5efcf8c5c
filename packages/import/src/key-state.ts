import type { ImportRow } from '@bearward/keyring'
import { type Cell, isEmpty } from './cells.ts'
import { type Columns, fail } from './columns.ts'
import { flagOf } from './flags.ts'
import { type Meaning, meaningOf } from './meanings.ts'

/** Where a key stands by its row: what its own system refuses is refused here. */
export type KeyState = Pick<ImportRow, 'notBefore' | 'expiresAt' | 'disabled' | 'revoked'>

/** What a system takes an empty column of this kind for. */
export interface StateDefaults {
  /** Whether a key with nothing in its column `enabled` is accepted there. */
  readonly enabledWhenEmpty?: boolean | undefined
}

/** Words that a column such as `status` may hold. */
const ACTIVE = new Set(['active', 'enabled', 'valid', 'ok'])
const REVOKED = new Set(['revoked', 'deleted', 'removed', 'cancelled', 'canceled', 'terminated', 'compromised'])
const DISABLED = new Set(
  'disabled inactive suspended blocked banned paused archived expired locked frozen deactivated exhausted'.split(' '),
)

/**
 * Collects the state of a key from all columns that are certain to speak of it. Where several do, the strictest counts: the
 * earliest end, the latest beginning, any revocation. A parent that is not accepted disables the key, which an operator may
 * undo; only what ended the key itself revokes it.
 */
export class StateReading {
  readonly notes: string[] = []
  readonly #columns: Columns
  readonly #defaults: StateDefaults
  readonly #ends: number[] = []
  readonly #begins: number[] = []
  readonly #revoked: (number | boolean)[] = []
  readonly #disabled: boolean[] = []
  /** Whether it was looked up what the key belongs to: then empty columns of it say nothing. */
  #isJoined = false

  constructor(columns: Columns, defaults: StateDefaults) {
    this.#columns = columns
    this.#defaults = defaults
  }

  /** @throws {TypeError} when one of the cells holds what its column cannot mean */
  read(cells: readonly Cell[]): KeyState {
    const meant = cells.flatMap((cell) => {
      const meaning = meaningOf(cell.name)
      return meaning === undefined ? [] : [{ cell, meaning }]
    })
    this.#isJoined = meant.some(({ meaning }) => meaning.kind === 'missing')
    for (const { cell, meaning } of meant) {
      cell.isRead = true
      if (isEmpty(cell.value)) this.#empty(cell, meaning)
      else this.#note(cell, meaning)
    }
    return {
      notBefore: this.#begins.length === 0 ? undefined : Math.max(...this.#begins),
      expiresAt: this.#ends.length === 0 ? undefined : Math.min(...this.#ends),
      revoked: this.#revocation(),
      disabled: this.#disabled.length === 0 ? undefined : this.#disabled.includes(true),
    }
  }

  #revocation(): number | boolean | undefined {
    const moments = this.#revoked.filter((each) => typeof each === 'number')
    if (moments.length > 0) return Math.min(...moments)
    return this.#revoked.length === 0 ? undefined : this.#revoked.includes(true)
  }

  #empty({ column }: Cell, { kind, isOfParent }: Meaning): void {
    if (kind === 'missing') this.notes.push(`not looked up, and it may be gone: ${column}`)
    if (kind !== 'enabled' && kind !== 'status') return
    if (isOfParent ? this.#isJoined : kind === 'enabled' && this.#defaults.enabledWhenEmpty) return
    fail([column], 'must be given where the rows have this column')
  }

  #note(cell: Cell, { kind, isOfParent }: Meaning): void {
    if (isOfParent) this.#noteParent(cell, kind)
    else if (kind === 'end') this.#ends.push(...this.#moments(cell))
    else if (kind === 'begin') this.#begins.push(...this.#moments(cell))
    else if (kind === 'revoked') this.#revoked.push(this.#since(cell))
    else if (kind === 'status') this.#noteStatus(cell)
    else if (kind === 'remaining') this.#noteRemaining(cell)
    else this.#disabled.push(this.#refuses(cell, kind))
  }

  #moments({ column, value }: Cell): readonly number[] {
    const time = this.#columns.momentOf(value, [column])
    return time === undefined ? [] : [time]
  }

  /** A flag, or since when; `false` for neither. */
  #since(cell: Cell): number | boolean {
    const flag = flagOf(cell.value)
    return flag ?? this.#moments(cell)[0] ?? false
  }

  /** Whether a cell keeps a key from being accepted. */
  #refuses(cell: Cell, kind: Meaning['kind']): boolean {
    if (kind === 'enabled') return !(flagOf(cell.value) ?? fail([cell.column], 'must be true or false'))
    return this.#since(cell) !== false
  }

  #noteParent(cell: Cell, kind: Meaning['kind']): void {
    const isRefused = kind === 'status' ? wordOf(cell) !== 'active' : this.#refuses(cell, kind)
    if (!isRefused) return
    this.#disabled.push(true)
    this.notes.push(`disabled because of ${cell.column}`)
  }

  #noteStatus(cell: Cell): void {
    const word = wordOf(cell)
    if (word === 'revoked') this.#revoked.push(true)
    else this.#disabled.push(word === 'disabled')
  }

  #noteRemaining({ column, value }: Cell): void {
    const left = typeof value === 'boolean' || value instanceof Date ? Number.NaN : Number(value)
    if (Number.isNaN(left)) fail([column], 'must be a number')
    if (left > 0) {
      this.notes.push(`the limit of uses is not taken over: ${column}`)
      return
    }
    this.#disabled.push(true)
    this.notes.push(`disabled because it is used up: ${column}`)
  }
}

function wordOf({ column, value }: Cell): 'active' | 'revoked' | 'disabled' {
  const word = typeof value === 'string' ? value.trim().toLowerCase() : ''
  if (ACTIVE.has(word)) return 'active'
  if (REVOKED.has(word)) return 'revoked'
  return DISABLED.has(word) ? 'disabled' : fail([column], 'must be a state that is known, such as active or revoked')
}
