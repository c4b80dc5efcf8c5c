import { invalid } from './input.ts'
import type { ListPosition } from './store.ts'

/** A place in a list, opaque to whoever carries it from one page to the next. */
export function writeCursor({ createdAt, id }: ListPosition): string {
  return toBase64Url(JSON.stringify([createdAt, id]))
}

/** @throws {KeyringError} when it was not made by `writeCursor` */
export function readCursor(cursor: unknown): ListPosition {
  if (typeof cursor === 'string' && cursor.length <= 400) {
    try {
      const [createdAt, id, ...rest] = JSON.parse(fromBase64Url(cursor)) as unknown[]
      if (Number.isInteger(createdAt) && typeof id === 'string' && rest.length === 0) {
        return { createdAt: createdAt as number, id }
      }
    } catch {
      // Told below, like every other cursor that is not ours.
    }
  }
  invalid('cursor', 'the `next` of a page before')
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
