import type { Metadata } from '@bearward/keyring'
import { type Cell, cellsIn, isBlank, objectOf, type Row } from './cells.ts'
import { plainName } from './column-name.ts'
import { flagOf } from './flags.ts'
import { parseJson } from './json.ts'
import { readMoment } from './moments.ts'
import type { ReaderRules } from './reader-options.ts'

const NO_RULES: ReaderRules = { owner: undefined, map: new Map(), ignore: new Set() }

/**
 * Reads columns by their camelCase names, whichever way a row spells them, and keeps account of what was not read. Says
 * which column is wrong, never what it holds.
 */
export class Columns {
  readonly rules: ReaderRules
  /** One for each column. */
  readonly cells: readonly Cell[]
  /** Cells that were taken over as metadata, and in which nothing but metadata may stand. */
  readonly taken: Cell[] = []
  /** Whether a date without a zone was read. */
  hasZoneless: boolean
  /** Columns that a function of the caller has looked at. */
  readonly noticed: Set<string> = new Set()
  /** Mapped columns that the row does not have. */
  readonly absent: readonly string[]
  readonly #row: Row
  readonly #byName: ReadonlyMap<string, readonly Cell[]>

  /**
   * @param row the row
   * @param rules which columns stand for others, and which are not read
   * @param inner a column whose members count as columns too
   * @throws {TypeError} when the row is no object
   */
  constructor(row: unknown, rules: ReaderRules = NO_RULES, inner?: string) {
    if (typeof row !== 'object' || row === null || Array.isArray(row)) throw new TypeError('row: must be an object')
    this.rules = rules
    this.hasZoneless = false
    const columns = Object.entries(row).filter(([, value]) => value !== undefined)
    const members = columns.filter(([column]) => inner !== undefined && plainName(column) === plainName(inner))
    this.cells = [
      // What stands inside counts before a column of the same name.
      ...members.flatMap(([column, value]) =>
        membersOf(column, value).map(([name, each]) => this.#cell(`${column}.${name}`, each, name)),
      ),
      ...columns.filter((each) => !members.includes(each)).map(([column, value]) => this.#cell(column, value, column)),
    ]
    const inside = this.#mappedInside()
    this.#byName = byName([...this.cells.filter(({ column }) => !this.ignores(column)), ...inside])
    const there = new Set([...this.cells, ...inside].map(({ column }) => plainName(column)))
    this.absent = [...rules.map].filter(([name]) => !there.has(name)).map(([, { column }]) => column)
    this.#row = row as Row
  }

  /** The row for a function of the caller; notes the columns that it looks at. */
  get row(): Row {
    return new Proxy(this.#row, {
      get: (row, name) => {
        if (typeof name === 'string') this.noticed.add(name)
        return Reflect.get(row, name) as unknown
      },
    })
  }

  /** Whether a column is to be passed over. */
  ignores(column: string): boolean {
    return this.rules.ignore.has(plainName(column))
  }

  #cell(column: string, value: unknown, spelling: string): Cell {
    const mapped = this.rules.map.get(plainName(column)) ?? this.rules.map.get(plainName(spelling))
    return { column, name: mapped?.field ?? spelling, value, isRead: false }
  }

  /** Cells of mapped columns that stand inside others, such as `credits.remaining`. */
  #mappedInside(): Cell[] {
    const paths = [...this.rules.map.values()].filter(({ column }) => column.includes('.'))
    if (paths.length === 0) return []
    const inside = this.cells.filter(({ value }) => objectOf(value) !== undefined).flatMap(cellsIn)
    return inside.flatMap((cell) => {
      const mapped = this.rules.map.get(plainName(cell.column))
      return mapped === undefined ? [] : [{ ...cell, name: mapped.field }]
    })
  }

  /** The columns of one name, the mapped and those in camelCase before others. */
  named(name: string): readonly Cell[] {
    const order = [name, snakeCase(name)]
    const place = ({ column, name: named }: Cell): number =>
      named === name ? 0 : order.indexOf(column) + 1 || order.length + 1
    return (this.#byName.get(plainName(name)) ?? []).toSorted((a, b) => place(a) - place(b))
  }

  /** The first of the columns that holds anything; empty text counts as nothing, since CSV has no null. */
  get(...names: readonly string[]): unknown {
    return this.#find(names)?.value
  }

  #find(names: readonly string[]): Cell | undefined {
    for (const name of names) {
      const cells = this.named(name)
      const found = cells.find(({ value }) => !isBlank(value))
      for (const cell of cells) cell.isRead ||= cell === found || isBlank(cell.value)
      if (found !== undefined) return found
    }
    return undefined
  }

  text(...names: readonly string[]): string {
    const text = this.optionalText(...names)
    return text ?? fail(names, 'must be given')
  }

  optionalText(...names: readonly string[]): string | undefined {
    const value = this.get(...names)
    if (value === undefined || typeof value === 'string') return value
    // A larger number is not the one that was written: two ids would become one.
    if (typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value)) {
      fail(names, 'must be text where it is a number of more than 15 digits')
    }
    if (typeof value === 'number' || typeof value === 'bigint') return String(value)
    return value instanceof Uint8Array ? decoder.decode(value) : fail(names, 'must be text')
  }

  /** Booleans as PostgreSQL, MySQL, SQLite and CSV write them. */
  flag(usual: boolean, ...names: readonly string[]): boolean {
    const value = this.get(...names)
    return value === undefined ? usual : (flagOf(value) ?? fail(names, 'must be true or false'))
  }

  /** Epoch milliseconds of a date, a number, or text; without a zone it is UTC. */
  moment(...names: readonly string[]): number | undefined {
    const value = this.get(...names)
    return value === undefined ? undefined : this.momentOf(value, names)
  }

  /** The same of a value that was read already. */
  momentOf(value: unknown, names: readonly string[]): number | undefined {
    const read = readMoment(value) ?? fail(names, 'must be a date, and a number one whose unit is certain')
    this.hasZoneless ||= read.isZoneless
    return read.time
  }

  /** JSON as a value or as text, also text that was written as JSON twice. */
  json(...names: readonly string[]): unknown {
    let value = this.get(...names)
    if (value instanceof Uint8Array) value = decoder.decode(value)
    for (let layer = 0; layer < MAX_LAYERS && typeof value === 'string'; layer++) {
      try {
        value = parseJson(value)
      } catch {
        fail(names, 'must be JSON')
      }
    }
    return value ?? undefined
  }

  /** A list of texts: JSON, or separated by commas or blanks. */
  list(...names: readonly string[]): readonly string[] {
    const value = this.get(...names)
    if (value === undefined) return []
    const isPlain =
      typeof value === 'string' && !value.trimStart().startsWith('[') && !value.trimStart().startsWith('"')
    const list = isPlain ? value.split(/[\s,]+/).filter((part) => part !== '') : this.json(...names)
    if (!Array.isArray(list) || !list.every((part) => typeof part === 'string')) fail(names, 'must be a list of texts')
    return list as string[]
  }

  /** What a person attached to the key. What is no object stands under `value`. */
  metadata(...names: readonly string[]): Metadata {
    const cell = this.#find(names)
    const value = this.json(...names)
    if (value === undefined) return {}
    if (cell !== undefined) this.taken.push({ ...cell, value })
    const isObject = typeof value === 'object' && !Array.isArray(value)
    return (isObject ? value : { value }) as Metadata
  }
}

const decoder = new TextDecoder()
const MAX_LAYERS = 3

/** @throws {TypeError} always */
export function fail(names: readonly string[], must: string): never {
  throw new TypeError(`${names.join(' or ')}: ${must}`)
}

/** @throws {TypeError} when there is something, and it has no members */
function membersOf(column: string, value: unknown): [string, unknown][] {
  const plain = value instanceof Uint8Array ? decoder.decode(value) : value
  if (isBlank(plain)) return []
  const members = objectOf(plain) ?? fail([column], 'must be JSON')
  return Array.isArray(members) ? fail([column], 'must be an object') : Object.entries(members)
}

function byName(cells: readonly Cell[]): Map<string, Cell[]> {
  const found = new Map<string, Cell[]>()
  for (const cell of cells) {
    const name = plainName(cell.name)
    const others = found.get(name)
    if (others === undefined) found.set(name, [cell])
    else others.push(cell)
  }
  return found
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}
