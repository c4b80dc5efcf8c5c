import type { Metadata } from '@bearward/keyring'

/** A row of another system's table, as a driver, a CSV file or JSON hands it over. */
export type Row = { readonly [column: string]: unknown }

/** Reads columns by their camelCase names, whichever way a row spells them. Says which one is wrong, never what it holds. */
export class Columns {
  readonly #row: Row

  /** @throws {TypeError} when the row is no object */
  constructor(row: unknown) {
    if (typeof row !== 'object' || row === null || Array.isArray(row)) throw new TypeError('row: must be an object')
    this.#row = row as Row
  }

  /** The first of the columns that holds anything; empty text counts as nothing, since CSV has no null. */
  get(...names: readonly string[]): unknown {
    for (const name of names.flatMap((each) => [each, snakeCase(each)])) {
      const value = this.#row[name]
      if (value !== undefined && value !== null && value !== '') return value
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
    if (typeof value === 'number' || typeof value === 'bigint') return String(value)
    return value instanceof Uint8Array ? decoder.decode(value) : fail(names, 'must be text')
  }

  /** Booleans as PostgreSQL, MySQL, SQLite and CSV write them. */
  flag(usual: boolean, ...names: readonly string[]): boolean {
    const value = this.get(...names)
    if (value === undefined) return usual
    // MySQL hands over `bit(1)` as a byte.
    const plain = value instanceof Uint8Array && value.length === 1 ? value[0] : value
    const written = typeof plain === 'object' ? '' : String(plain as Plain).toLowerCase()
    if (TRUE.has(written)) return true
    return FALSE.has(written) ? false : fail(names, 'must be true or false')
  }

  /** Epoch milliseconds of a date, a number of seconds or milliseconds, or text; without a zone it is UTC. */
  moment(...names: readonly string[]): number | undefined {
    const value = this.get(...names)
    if (value === undefined) return undefined
    const time =
      value instanceof Date ? value.getTime() : isNumeric(value) ? fromNumber(Number(value)) : fromText(value)
    if (time === 'none') return undefined
    return Number.isInteger(time) ? (time as number) : fail(names, 'must be a date')
  }

  /** JSON as a value or as text, also text that was written as JSON twice. */
  json(...names: readonly string[]): unknown {
    let value = this.get(...names)
    if (value instanceof Uint8Array) value = decoder.decode(value)
    for (let layer = 0; layer < MAX_LAYERS && typeof value === 'string'; layer++) {
      try {
        value = JSON.parse(value) as unknown
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
    const value = this.json(...names)
    if (value === undefined) return {}
    const isObject = typeof value === 'object' && !Array.isArray(value)
    return (isObject ? value : { value }) as Metadata
  }
}

type Plain = string | number | bigint | boolean

const decoder = new TextDecoder()
const TRUE = new Set(['true', 't', '1', 'yes', 'on'])
const FALSE = new Set(['false', 'f', '0', 'no', 'off'])
const MAX_LAYERS = 3

/** @throws {TypeError} always */
export function fail(names: readonly string[], must: string): never {
  throw new TypeError(`${names.join(' or ')}: ${must}`)
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

function isNumeric(value: unknown): boolean {
  return typeof value === 'number' || typeof value === 'bigint' || (typeof value === 'string' && /^-?\d+$/.test(value))
}

/** Numbers below this are seconds: as milliseconds they would lie before March 1973. */
const MILLISECONDS_FROM = 100_000_000_000

function fromNumber(value: number): number {
  return Math.abs(value) < MILLISECONDS_FROM ? value * 1000 : value
}

const WRITTEN = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)\s?(Z|[+-]\d\d(?::?\d\d)?)?)?$/i

function fromText(value: unknown): number | 'none' {
  const [, day, time = '00:00', zone = 'Z'] = WRITTEN.exec(String(value).trim()) ?? []
  if (day === undefined) return Number.NaN
  // What MySQL writes where there is no date.
  if (day === '0000-00-00') return 'none'
  const offset = zone.length === 3 ? `${zone}:00` : zone.length === 5 ? `${zone.slice(0, 3)}:${zone.slice(3)}` : zone
  return Math.floor(new Date(`${day}T${time}${offset.toUpperCase()}`).getTime())
}
