import type { Attribution } from './audit.ts'
import { KeyringError } from './errors.ts'
import type { Metadata } from './key.ts'

/** Characters at most, by field. A store can rely on them. */
export const TEXT_LIMITS = {
  name: 200,
  owner: 255,
  environment: 16,
  actor: 255,
  from: 255,
  reason: 1000,
  scope: 200,
  search: 200,
  /** Longest prefix, environment and separators, four characters and the ellipsis. */
  hint: 64,
} as const

/** Scopes of one key at most. */
const MAX_SCOPES = 100
/** Bytes of `metadata` at most, written as JSON. */
const MAX_METADATA_BYTES = 4096
/** A hundred years: later dates are mistakes, such as microseconds taken for milliseconds. */
const MAX_DURATION_MS: number = 100 * 365 * 86_400_000

/** What RFC 6749 §3.3 lets a scope consist of, so that a challenge can name it. */
const SCOPE = /^[\x21\x23-\x5b\x5d-\x7e]+$/
/** Stores cannot keep a NUL, nor half of a surrogate pair. */
const UNWRITABLE = /\0|\p{Surrogate}/u

/** @throws {KeyringError} `invalid_input` that names the field and never repeats what was given */
export function invalid(field: string, must: string): never {
  throw new KeyringError(`${field}: must be ${must}`, { code: 'invalid_input', field })
}

/** Refuses names that nobody reads: a misspelt `expiresInMs` would make a key that never expires. */
export function checkNames(input: unknown, known: readonly string[]): void {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) invalid('input', 'an object')
  for (const name of Object.keys(input)) {
    if (!known.includes(name)) {
      throw new KeyringError(`${name}: there is no such field`, { code: 'invalid_input', field: name })
    }
  }
}

/**
 * Refuses conditions that are named and `undefined`. A caller that names a condition means to select fewer keys; read as
 * "left out", a value that is missing would select all of them.
 */
export function checkConditions(input: object, names: readonly string[]): void {
  for (const name of names) {
    if (Object.hasOwn(input, name) && (input as Record<string, unknown>)[name] === undefined) {
      invalid(name, 'given a value, or left out: undefined would select all')
    }
  }
}

/** Ids are compared as bytes by every store, and sorted. */
const ID = /^[\x21-\x7e]{1,64}$/

/** Returns `true` for a string that can be an id. */
export function isId(value: unknown): value is string {
  return typeof value === 'string' && ID.test(value)
}

export function checkId(field: string, value: unknown): string {
  if (!isId(value)) invalid(field, 'a string of 1 to 64 visible ASCII characters')
  return value
}

export function checkText(field: keyof typeof TEXT_LIMITS, value: unknown, least = 1): string {
  if (!isText(field, value, least)) {
    invalid(field, `a string of ${least} to ${TEXT_LIMITS[field]} characters without NUL`)
  }
  return value
}

/** Whether a store can keep this text in this field. */
export function isText(field: keyof typeof TEXT_LIMITS, value: unknown, least = 1): value is string {
  const isRightLength = typeof value === 'string' && value.length >= least && value.length <= TEXT_LIMITS[field]
  return isRightLength && !UNWRITABLE.test(value)
}

export function checkOptionalText(field: keyof typeof TEXT_LIMITS, value: unknown): string | undefined {
  return value === undefined || value === null ? undefined : checkText(field, value)
}

/** Spaces, control characters and characters that are drawn as nothing. */
const INVISIBLE = /^[\s\p{Cc}\p{Default_Ignorable_Code_Point}]*$/u

/** Returns `true` for an owner that a person can see, and that a store can keep. */
export function isOwner(value: unknown): value is string {
  return isText('owner', value) && !INVISIBLE.test(value)
}

/** Owner of a new key: a name, or `null` for none. */
export function checkNewOwner(value: unknown): string | null {
  if (value === null || isOwner(value)) return value
  return invalid('owner', `a string of 1 to ${TEXT_LIMITS.owner} characters with a visible one, or null for none`)
}

/** What a list of scopes may hold. */
export const SCOPE_NAMES: string = `strings of 1 to ${TEXT_LIMITS.scope} visible ASCII characters without spaces, " and \\`

export function isScopeName(scope: unknown): scope is string {
  return typeof scope === 'string' && scope.length <= TEXT_LIMITS.scope && SCOPE.test(scope)
}

export function checkScopes(value: unknown, isDeclared: (scope: string) => boolean): readonly string[] {
  if (!Array.isArray(value) || value.length > MAX_SCOPES) {
    invalid('scopes', `a list of at most ${MAX_SCOPES} strings`)
  }
  const scopes = Array.from(value, (scope: unknown) => {
    if (!isScopeName(scope)) invalid('scopes', SCOPE_NAMES)
    if (!isDeclared(scope)) invalid('scopes', 'among the declared scopes of the keyring')
    return scope
  })
  return [...new Set(scopes)]
}

/** A copy that nobody can change from outside, and that is exactly what a store will give back. */
export function checkMetadata(value: unknown): Metadata {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) invalid('metadata', 'an object')
  let text: string
  try {
    text = JSON.stringify(value)
  } catch {
    invalid('metadata', 'what JSON can write')
  }
  if (text === undefined || UNWRITABLE.test(text) || /\\u(?:0000|d[89ab]|d[c-f])/i.test(text)) {
    invalid('metadata', 'what JSON can write, without NUL')
  }
  if (new TextEncoder().encode(text).length > MAX_METADATA_BYTES) {
    invalid('metadata', `at most ${MAX_METADATA_BYTES} bytes as JSON`)
  }
  const copy: unknown = JSON.parse(text)
  if (typeof copy !== 'object' || copy === null || Array.isArray(copy)) invalid('metadata', 'an object')
  return copy as Metadata
}

/** A moment: a `Date` or epoch milliseconds; `null` for none. */
export function checkMoment(field: string, value: unknown): number | null {
  if (value === null) return null
  const time = value instanceof Date ? value.getTime() : value
  if (typeof time !== 'number' || !Number.isInteger(time) || Math.abs(time) > 8.64e15) {
    invalid(field, 'a valid Date, epoch milliseconds, or null')
  }
  return time
}

/** A duration in whole milliseconds. */
export function checkDuration(field: string, value: unknown, least: 0 | 1): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > MAX_DURATION_MS) {
    invalid(field, `whole milliseconds from ${least} to ${MAX_DURATION_MS}`)
  }
  return value
}

export function checkFlag(field: string, value: unknown): boolean {
  if (typeof value !== 'boolean') invalid(field, 'true or false')
  return value
}

/** A count of something, from 1. */
export function checkWhole(field: string, value: unknown, most: number): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 1 || value > most) {
    invalid(field, `a whole number from 1 to ${most}`)
  }
  return value
}

/** The names that say who does it. */
export const ATTRIBUTION: readonly string[] = ['actor', 'from', 'reason']

export function checkAttribution(input: Attribution): Attribution {
  return {
    actor: checkOptionalText('actor', input.actor),
    from: checkOptionalText('from', input.from),
    reason: checkOptionalText('reason', input.reason),
  }
}
