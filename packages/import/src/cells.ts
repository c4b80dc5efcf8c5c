import { parseJson } from './json.ts'

/** A row of another system's table, as a driver, a CSV file or JSON hands it over. */
export type Row = { readonly [column: string]: unknown }

/** One value of a row. */
export interface Cell {
  /** Its column as the row has it; inside an object with the names on the way, `credits.remaining`. */
  readonly column: string
  /** The name that says what it is: the column's, or the field that the column was mapped to. */
  readonly name: string
  readonly value: unknown
  /** Whether it was taken over, or counted for the state of the key. */
  isRead: boolean
}

/** Whether nothing stands there; CSV has no null but empty text. */
export function isBlank(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '')
}

/** Whether there is nothing, or an object or list with nothing in it. */
export function isEmpty(value: unknown): boolean {
  const inner = typeof value === 'object' ? objectOf(value) : undefined
  return isBlank(value) || (inner !== undefined && Object.keys(inner).length === 0)
}

/** Layers and cells of one value that are looked into; no system keeps more of a key. */
const MAX_DEPTH = 20
const MAX_CELLS = 500

/**
 * The cells inside one that holds an object, a list of objects, or JSON of these; otherwise the cell itself.
 *
 * @throws {TypeError} when there are more, or in more layers, than can be looked at
 */
export function cellsIn(cell: Cell): readonly Cell[] {
  const cells: Cell[] = []
  gather(cells, cell, MAX_DEPTH)
  return cells
}

function gather(cells: Cell[], cell: Cell, depth: number): void {
  const inner = objectOf(cell.value)
  if (inner === undefined || isEmpty(inner)) {
    cells.push(cell)
    return
  }
  if (depth === 0) throw new TypeError(`${cell.column}: must be nested at most ${MAX_DEPTH} deep`)
  for (const [name, value] of Object.entries(inner)) {
    if (cells.length >= MAX_CELLS) throw new TypeError(`${cell.column}: must hold at most ${MAX_CELLS} values`)
    const path = Array.isArray(inner) ? '' : `.${name}`
    gather(cells, { column: cell.column + path, name: cell.name + path, value, isRead: cell.isRead }, depth - 1)
  }
}

/** An object or a list, also as JSON; nothing for text, dates and bytes. */
export function objectOf(value: unknown): object | undefined {
  const held = typeof value === 'string' && /^\s*["[{]/.test(value) ? parsed(value) : value
  if (typeof held === 'string' && held !== value) return objectOf(held)
  const isPlain = typeof held === 'object' && held !== null && !(held instanceof Date) && !ArrayBuffer.isView(held)
  return isPlain ? held : undefined
}

function parsed(text: string): unknown {
  try {
    return parseJson(text)
  } catch {
    return undefined
  }
}
