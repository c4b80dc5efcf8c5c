import { invalid, isId } from './input.ts'
import type { ListPosition } from './store.ts'

/** A place in a list, opaque to whoever carries it from one page to the next. */
export function writeCursor({ createdAt, id }: ListPosition): string {
  return toBase64Url(JSON.stringify([createdAt, id]))
}

/** Longest cursor: 17 characters of a time and 64 of an id, each of these escaped, in base64. */
const MAX_CURSOR = 400
/** Furthest moment from 1970 that a `Date` can hold, in milliseconds. */
const MAX_TIME = 8.64e15

/** @throws {KeyringError} `invalid_input` when it was not made by `writeCursor` */
export function readCursor(cursor: unknown): ListPosition {
  const position = typeof cursor === 'string' && cursor.length <= MAX_CURSOR ? positionIn(cursor) : undefined
  // Databases refuse a number or a text that they cannot hold, and one place has one spelling.
  if (position === undefined || writeCursor(position) !== cursor) return refuseCursor()
  return position
}

function positionIn(cursor: string): ListPosition | undefined {
  let fields: unknown
  try {
    fields = JSON.parse(fromBase64Url(cursor))
  } catch {
    return undefined
  }
  const [createdAt, id] = Array.isArray(fields) ? (fields as unknown[]) : []
  const isMoment = Number.isInteger(createdAt) && Math.abs(createdAt as number) <= MAX_TIME
  return isMoment && isId(id) ? { createdAt: createdAt as number, id } : undefined
}

/** The cursor of the audit trail: the number of the last entry of a page. */
export function readSequence(cursor: unknown): number {
  // 15 digits are exact in a double and fit every database.
  return typeof cursor === 'string' && /^[1-9]\d{0,14}$/.test(cursor) ? Number(cursor) : refuseCursor()
}

function refuseCursor(): never {
  return invalid('cursor', 'the `next` of a page before')
}

function toBase64Url(text: string): string {
  const bytes = new TextEncoder().encode(text)
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '')
}

function fromBase64Url(text: string): string {
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'))
  return new TextDecoder('utf-8', { fatal: true }).decode(
    Uint8Array.from(binary, (character) => character.charCodeAt(0)),
  )
}
