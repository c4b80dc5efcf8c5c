import { type Attribution, auditOf } from './audit.ts'
import { declaredMetadata } from './declared-metadata.ts'
import { ownerMissing } from './errors.ts'
import {
  ATTRIBUTION,
  checkAttribution,
  checkDuration,
  checkId,
  checkMoment,
  checkNames,
  checkNewOwner,
  checkScopes,
  checkText,
  invalid,
} from './input.ts'
import { type Key, keyOf, type Metadata, type StoredKey } from './key.ts'
import type { KeyringSettings } from './options.ts'
import { changeEvent, type Room } from './room.ts'
import { environmentOf, makeToken, type NewToken } from './token.ts'

/** When a key ends: at a moment or after a time, not both. Neither: never. */
export interface Expiry {
  /** `Date` or epoch milliseconds, in the future; `null` for never. */
  readonly expiresAt?: Date | number | null | undefined
  /** Milliseconds from now, 1 to 3 153 600 000 000 (a hundred years). */
  readonly expiresInMs?: number | undefined
}

/**
 * What `issue()` takes.
 *
 * @typeParam S the declared scopes, or `string`
 * @typeParam I the declared metadata, or anything that JSON can write
 * @typeParam E the environments of the format, or `string`
 */
export type IssueOptions<S extends string = string, I = Metadata, E extends string = string> = IssueFields<S, E> & {
  /** The owner of the key, 1 to 255 characters; `null` states that it has none. There is no default. */
  readonly owner: string | null
} & GivenMetadata<I>

/** Options of `issue()` of `keyring.forOwner()`. */
export type OwnIssueOptions<S extends string = string, I = Metadata, E extends string = string> = IssueFields<S, E> &
  GivenMetadata<I>

/** Metadata may be left out where an empty object is of its type. */
export type GivenMetadata<I> =
  Record<never, never> extends I
    ? {
        /** Anything JSON can write, at most 4096 bytes. Not for secrets: it stands in the audit trail. */
        readonly metadata?: I | undefined
      }
    : {
        /** An object as the keyring declares it, at most 4096 bytes as JSON. Not for secrets: it stands in the audit trail. */
        readonly metadata: I
      }

/** Options of `issue()` besides the owner and the metadata. */
export interface IssueFields<S extends string = string, E extends string = string> extends Attribution, Expiry {
  /** What people call it. Up to 200 characters. */
  readonly name?: string | undefined
  /** What it may do. At most 100; none means no permission. */
  readonly scopes?: readonly S[] | undefined
  /** One of the format's environments. Default the first of them. */
  readonly environment?: E | undefined
  /** `Date` or epoch milliseconds before which it is refused. */
  readonly notBefore?: Date | number | null | undefined
  /** Its id, 1 to 64 characters; for callers that must not issue twice: a taken id is `duplicate`. Default: a new one. */
  readonly id?: string | undefined
}

/** A key with its token, which is shown this once. */
export interface Issued<M extends object = Metadata, E extends string = string> {
  /** Hand it to the owner; it is kept nowhere. */
  readonly token: string
  readonly key: Key<M, E>
}

const FIELDS = [
  'owner',
  'name',
  'scopes',
  'environment',
  'metadata',
  'notBefore',
  'expiresAt',
  'expiresInMs',
  'id',
  ...ATTRIBUTION,
]

export async function issue({ settings, changes, events }: Room, options: IssueOptions): Promise<Issued> {
  checkNames(options, FIELDS)
  const by = checkAttribution(options)
  const metadata = await declaredMetadata(settings.metadata, options.metadata ?? {})
  const now = settings.clock.now()
  const facts = { ...factsOf(settings, options, now), metadata, owner: ownerOf(options) }
  const { token, digest, hint } = await makeToken(settings.format, settings.digest, facts.environment)
  const key: StoredKey = { ...facts, digest, secretHash: null, hint }
  await changes.create(
    { create: [key], audit: [auditOf('issued', undefined, key, now, by)], invalidations: [{ id: key.id }] },
    // Nobody can have tried a token that did not exist: there is nothing to wait for, and the token must not be lost.
    { confirm: false, strict: false },
  )
  events.emit('issued', changeEvent(key, by, now))
  return { token, key: keyOf(key, now) }
}

function factsOf(
  settings: KeyringSettings,
  options: IssueOptions,
  now: number,
): Omit<StoredKey, keyof TokenFacts | 'secretHash' | 'metadata' | 'owner'> {
  const expiresAt = checkExpiry(options, now)
  const notBefore = checkMoment('notBefore', options.notBefore ?? null)
  if (notBefore !== null && expiresAt !== null && notBefore >= expiresAt) invalid('notBefore', 'before the expiry')
  return {
    id: checkId('id', options.id ?? settings.ids()),
    name: options.name === undefined ? '' : checkText('name', options.name, 0),
    environment: environmentOf(settings.format, options.environment),
    scopes: checkScopes(options.scopes ?? [], isDeclaredIn(settings)),
    createdAt: now,
    notBefore,
    expiresAt,
    disabledAt: null,
    revokedAt: null,
    endedAt: null,
    announcedAt: null,
    rotatedFrom: null,
    rotatedTo: null,
    graceEndsAt: null,
    endsPredecessor: false,
    version: 1,
  }
}

type TokenFacts = Omit<NewToken, 'token'>

function ownerOf({ owner }: Partial<IssueOptions>): string | null {
  if (owner === undefined) throw ownerMissing('issue')
  return checkNewOwner(owner)
}

/** Whether a scope may be granted: any where none was declared, and patterns where they are turned on. */
export function isDeclaredIn({ scopes, scopePatterns }: KeyringSettings): (scope: string) => boolean {
  return (scope) =>
    scopes.length === 0 ||
    scopes.includes(scope) ||
    (scopePatterns &&
      (scope === '*' || (scope.endsWith(':*') && scopes.some((one) => one.startsWith(scope.slice(0, -1))))))
}

/** @returns the moment at which the key ends, or `null` */
export function checkExpiry({ expiresAt, expiresInMs }: Expiry, now: number): number | null {
  if (expiresInMs !== undefined) {
    if (expiresAt !== undefined) invalid('expiresInMs', 'left out where `expiresAt` is given')
    return now + checkDuration('expiresInMs', expiresInMs, 1)
  }
  const moment = checkMoment('expiresAt', expiresAt ?? null)
  if (moment !== null && moment <= now) invalid('expiresAt', 'in the future')
  return moment
}
