/** A moment as a user's row holds it: a `Date`, epoch milliseconds, or none. */
export type Moment = Date | number | null

/**
 * The least that a resolver must return for a key. Add any fields of your own; the whole row reaches the handler as
 * `principal.key`, with its type.
 */
export interface KeyRecord {
  /** Identifies the key in logs, events and invalidations. Not empty, and not the token. */
  readonly id: string
  /** Permissions that the key grants. None means no permission. */
  readonly scopes?: readonly string[] | null
  /** Whose key it is: an account, a user, a tenant. */
  readonly owner?: string | null
  /** Compared with the environment in the token, where both have one. */
  readonly environment?: string | null
  /** The stored digest. Compared again where it is given; required, or `secretHash`, where the format carries an id. */
  readonly digest?: string | null
  /** Salted scrypt of the secret, `hash.salt`, both hex; for formats that carry an id. */
  readonly secretHash?: string | null
  /** Refused before this moment. `Date` or epoch milliseconds. */
  readonly notBefore?: Moment
  /** Refused from this moment on. `Date` or epoch milliseconds; `0` is the epoch, so expired. */
  readonly expiresAt?: Moment
  /** Refused for good when set, whatever the clock says. */
  readonly revokedAt?: Moment
  /** Refused while `true`. */
  readonly disabled?: boolean | null
}

/** The environments that a record type names; `string` where it names none. */
export type EnvironmentOf<K extends KeyRecord> = K['environment'] & string

/** What decides about a key, read once from the user's row and frozen. */
export interface Captured {
  readonly id: string
  readonly scopes: readonly string[]
  readonly owner: string | undefined
  readonly environment: string | undefined
  readonly digest: string | undefined
  readonly secretHash: string | undefined
  /** Epoch milliseconds; `-Infinity` when there is none. */
  readonly notBefore: number
  /** Epoch milliseconds; `Infinity` when there is none. */
  readonly expiresAt: number
  readonly revoked: boolean
  readonly disabled: boolean
}

/**
 * Reads a row field by field, each of them once.
 *
 * @throws {TypeError} naming the field that is not of the right shape, without its value
 */
export function capture(row: unknown): Captured {
  if (typeof row !== 'object' || row === null || Array.isArray(row)) {
    throw new TypeError(`record: must be an object, not ${kindOf(row)}`)
  }
  const fields = row as Record<keyof KeyRecord, unknown>
  const id = optionalText('id', fields.id)
  if (id === undefined || id === '') throw new TypeError('record.id: must be a non-empty string')
  return Object.freeze({
    id,
    scopes: scopeList(fields.scopes),
    owner: optionalText('owner', fields.owner),
    environment: optionalText('environment', fields.environment),
    digest: optionalText('digest', fields.digest),
    secretHash: optionalText('secretHash', fields.secretHash),
    notBefore: moment('notBefore', fields.notBefore, fields, 'not_before') ?? Number.NEGATIVE_INFINITY,
    expiresAt: moment('expiresAt', fields.expiresAt, fields, 'expires_at') ?? Number.POSITIVE_INFINITY,
    revoked: moment('revokedAt', fields.revokedAt, fields, 'revoked_at') !== undefined,
    disabled: flag('disabled', fields.disabled),
  })
}

function optionalText(name: string, value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'string') throw new TypeError(`record.${name}: must be a string, not ${kindOf(value)}`)
  return value
}

function scopeList(value: unknown): readonly string[] {
  if (value === undefined || value === null) return NO_SCOPES
  if (!Array.isArray(value)) throw new TypeError(`record.scopes: must be an array of strings, not ${kindOf(value)}`)
  return Object.freeze(
    Array.from(value, (scope) => {
      if (typeof scope !== 'string') throw new TypeError(`record.scopes: must hold strings alone, not ${kindOf(scope)}`)
      return scope
    }),
  )
}

const NO_SCOPES: readonly string[] = Object.freeze([])

/** @param column what the field is called in many a table: passed over in silence, it would refuse nothing */
function moment(name: string, value: unknown, row: object, column: string): number | undefined {
  if (value === undefined && (row as Record<string, unknown>)[column] !== undefined) {
    throw new TypeError(`record.${column}: is not read; give it the name \`${name}\``)
  }
  if (value === undefined || value === null) return undefined
  const time = typeof value === 'number' ? value : dateValue(value)
  if (!Number.isFinite(time)) {
    throw new TypeError(`record.${name}: must be a valid Date or finite epoch milliseconds, not ${kindOf(value)}`)
  }
  return time
}

/** `getTime` knows a Date of another realm, where `instanceof` does not, and takes nothing that only looks like one. */
function dateValue(value: unknown): number {
  try {
    return Date.prototype.getTime.call(value)
  } catch {
    return Number.NaN
  }
}

function flag(name: string, value: unknown): boolean {
  if (value === undefined || value === null) return false
  if (typeof value !== 'boolean') throw new TypeError(`record.${name}: must be a boolean, not ${kindOf(value)}`)
  return value
}

function kindOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'an array'
  if (value instanceof Date) return 'a date'
  if (typeof value === 'number') return Number.isFinite(value) ? 'a number' : 'a number that is not finite'
  return `a value of type ${typeof value}`
}
