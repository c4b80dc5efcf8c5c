import { IMPORT_REPORT, type ImportReport, type ImportRow, UnreadColumnError } from '@bearward/keyring'
import { type Cell, cellsIn, isEmpty, objectOf } from './cells.ts'
import { plainName, shownName } from './column-name.ts'
import type { Columns } from './columns.ts'
import { flagOf } from './flags.ts'
import { type StateDefaults, StateReading } from './key-state.ts'
import { meaningOf } from './meanings.ts'
import { looksLikeLimit, looksLikeState, speaksWhenEmpty } from './suspicion.ts'

/** Whose key a row is: what the caller says, or else what the row says. */
export function ownerOf(columns: Columns, usual: () => string | undefined): string | null {
  const { owner } = columns.rules
  return owner === undefined ? (usual() ?? null) : owner(columns.row)
}

/** What the reader of a system knows of its columns besides those that it reads. */
export interface SystemFacts extends StateDefaults {
  /** Limits that the system has and that are not taken over: a sentence by the plain names of their columns. */
  readonly limits?: Readonly<Record<string, RegExp>> | undefined
  /** What is assumed of each row. */
  readonly notes?: readonly string[] | undefined
}

/**
 * Completes an import row by the state of the key, and by a report of the columns that were not read. Called last: it takes
 * what the reader has left.
 *
 * @param facts the row so far
 * @throws {TypeError} when a column of the state cannot be read
 * @throws {UnreadColumnError} when a column looks like a state, an end or a limit and was not read
 */
export function completeRow(columns: Columns, facts: ImportRow, system: SystemFacts = {}): ImportRow {
  const open = columns.cells.filter(({ column, isRead }) => !isRead && !columns.ignores(column))
  const inside = new Map(open.map((cell) => [cell, cellsIn(cell)]))
  const isOpen = (cell: Cell): boolean => inside.has(cell) || !isDecided(columns, cell.column)
  const leaves = [...inside.values()].flat().filter(isOpen)
  const notes = [...(system.notes ?? []), ...limitNotes(leaves, system.limits ?? {})]
  const mapped = [...columns.rules.map.values()].flatMap(({ field }) => columns.named(field))
  const reading = new StateReading(columns, system)
  const state = reading.read([...new Set([...mapped, ...leaves])].filter(({ isRead }) => !isRead))
  const undecided = [...leaves.filter(isUndecided), ...columns.taken.flatMap((cell) => statesIn(columns, cell))]
  if (undecided.length > 0) throw new UnreadColumnError([...new Set(undecided.map(({ column }) => shownName(column)))])
  notes.push(...reading.notes)
  if (columns.hasZoneless) notes.push('a date without a zone was taken for UTC')
  const report = { unread: unreadOf(columns, inside), absent: columns.absent, notes }
  return { ...facts, ...state, ...reportOf(report) }
}

/** Whether a cell inside a column was mapped, or passed over by itself or with what it stands in. */
function isDecided({ rules }: Columns, path: string): boolean {
  const steps = path.split('.').map((_, index, parts) => plainName(parts.slice(0, index + 1).join('.')))
  return rules.map.has(plainName(path)) || steps.some((step) => rules.ignore.has(step))
}

function limitNotes(leaves: readonly Cell[], limits: Readonly<Record<string, RegExp>>): string[] {
  return Object.entries(limits).flatMap(([sentence, pattern]) => {
    const cells = leaves.filter(({ name }) => pattern.test(plainName(name)))
    for (const cell of cells) cell.isRead = true
    const given = cells.filter(({ value }) => !isEmpty(value))
    const isOff = given.some(({ value }) => flagOf(value) === false)
    return given.length > 0 && !isOff ? [sentence] : []
  })
}

function isUndecided({ name, value, isRead }: Cell): boolean {
  if (isRead || !(looksLikeState(name) || looksLikeLimit(name))) return false
  return !isEmpty(value) || speaksWhenEmpty(name)
}

/** Metadata is taken over as it is; its own system may still refuse a key by what stands in it. */
function statesIn(columns: Columns, cell: Cell): readonly Cell[] {
  return cellsIn(cell).filter(({ column, name, value }) => {
    if (isDecided(columns, column) || column === cell.column || isEmpty(value)) return false
    const member = name.slice(cell.name.length + 1)
    if (meaningOf(member) === undefined) return looksLikeState(member)
    const flag = flagOf(value)
    return flag === undefined || flag !== (meaningOf(member)?.kind === 'enabled')
  })
}

/** Columns of which nothing was read, and what is left of the others. */
function unreadOf(columns: Columns, inside: ReadonlyMap<Cell, readonly Cell[]>): readonly string[] {
  const ignored = columns.cells.filter(({ column }) => columns.ignores(column))
  const left = [...inside].flatMap(([cell, leaves]) => {
    const unread = leaves.filter(({ column, isRead }) => !isRead && !columns.rules.map.has(plainName(column)))
    const isWhole = objectOf(cell.value) !== undefined && unread.length === leaves.length
    return isWhole ? [cell] : unread
  })
  const names = [...ignored, ...left].map(({ column }) => column)
  return [...new Set(names.filter((name) => !columns.noticed.has(name)).map(shownName))]
}

function reportOf(report: Required<ImportReport>): Pick<ImportRow, typeof IMPORT_REPORT> {
  const isEmptyReport = Object.values(report).every((names) => names?.length === 0)
  return isEmptyReport ? {} : { [IMPORT_REPORT]: report }
}
