import { KEY_STATES, type UseStatus } from '@bearward/keyring'
import { type Static, Type } from 'typebox'

/**
 * Every shape that goes in or out, once: requests are checked against these, the OpenAPI document repeats them word for
 * word, and the types below are inferred from them.
 */

const closed = { additionalProperties: false } as const

/** Copied: the library freezes nothing, and the keyring's list is frozen. */
const states = [...KEY_STATES]

const Time = Type.String({ format: 'date-time' })
const TimeOrNone = Type.Union([Time, Type.Null()])
const TextOrNone = Type.Union([Type.String(), Type.Null()])
const Count = Type.Integer({ minimum: 0 })
const Id = Type.String({ pattern: '^[\\x21-\\x7e]{1,64}$' })
/** What RFC 6749 §3.3 lets a scope consist of. */
const Scope = Type.String({ pattern: '^[\\x21\\x23-\\x5b\\x5d-\\x7e]{1,200}$' })
const Scopes = Type.Array(Scope, { maxItems: 100 })
const Metadata = Type.Unsafe<Record<string, Json>>(
  Type.Object({}, { description: 'Anything JSON can write, at most 4096 bytes.' }),
)

/** A value that JSON can write. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json }

const useStatuses: UseStatus[] = ['used', 'never_used', 'not_recorded_yet']

/** A key. Holds nothing that was made of its token but the hint. */
export const Key = Type.Object(
  {
    id: Id,
    hint: Type.String({ description: 'What may be shown of the token: acme_live_4fTq…' }),
    name: Type.String(),
    owner: TextOrNone,
    environment: TextOrNone,
    scopes: Type.Array(Type.String()),
    metadata: Metadata,
    state: Type.Enum(states),
    version: Type.Integer({ minimum: 1, description: 'Counts the changes of the key; its ETag.' }),
    createdAt: Time,
    notBefore: TimeOrNone,
    expiresAt: TimeOrNone,
    disabledAt: TimeOrNone,
    revokedAt: TimeOrNone,
    endedAt: TimeOrNone,
    graceEndsAt: TimeOrNone,
    rotatedFrom: TextOrNone,
    rotatedTo: TextOrNone,
    lastUsedAt: Type.Union([Time, Type.Null()], {
      description: 'Up to a minute behind; null when no use is recorded yet, which does not say that there was none.',
    }),
    lastUsedFrom: TextOrNone,
    useStatus: Type.Enum(useStatuses, {
      description: 'not_recorded_yet: no use is on record, although the key was used or may have been.',
    }),
  },
  closed,
)

const Next = Type.Union([Type.String(), Type.Null()], {
  description: 'The `cursor` of the page that follows; null when this is the last.',
})

export const KeyPage = Type.Object({ keys: Type.Array(Key), next: Next }, closed)

const Token = Type.String({ description: 'Shown this once; kept nowhere.' })

export const Issued = Type.Object({ token: Token, key: Key }, closed)

/** How the processes were told of a change. */
export const Confirmation = Type.Object(
  {
    confirmed: Type.Boolean({ description: 'Whether no process accepts the old state any more.' }),
    acknowledged: Type.Integer({ minimum: 0, description: 'Processes that acknowledged.' }),
    silent: Type.Integer({ minimum: 0, description: 'Processes whose lease has run out instead.' }),
    elapsedMs: Type.Number({ minimum: 0 }),
    boundMs: Type.Union([Type.Number({ minimum: 0 }), Type.Null()], {
      description:
        'Milliseconds after which no process accepts the old state in any case; null when that is not known.',
    }),
  },
  closed,
)

export const Changed = Type.Object({ key: Key, confirmation: Confirmation }, closed)

/** A key of a rotation chain, as far as a change of another one speaks of it. */
export const ChainKey = Type.Object(
  {
    id: Id,
    hint: Type.String(),
    name: Type.String(),
    state: Type.Enum(states),
    until: Type.Union([Time, Type.Null()], {
      description: 'When the key ends by itself; null when nothing ends it, and when it has ended.',
    }),
  },
  closed,
)

const AlsoEnded = Type.Array(ChainKey, {
  description: 'Other keys of the rotation chain that were ended with this one, the nearest first.',
})
const StillAccepted = Type.Array(ChainKey, {
  description: 'Keys of the rotation chain that are accepted still, oldest first.',
})

export const Revoked = Type.Object(
  { key: Key, confirmation: Confirmation, alsoEnded: AlsoEnded, stillAccepted: StillAccepted },
  closed,
)

export const Disabled = Type.Object({ key: Key, confirmation: Confirmation, stillAccepted: StillAccepted }, closed)

export const Chain = Type.Object(
  { keys: Type.Array(ChainKey, { description: 'The key, and those of its chain that have not ended, oldest first.' }) },
  closed,
)

export const Rotated = Type.Object(
  { token: Token, key: Key, previous: Key, alsoEnded: AlsoEnded, confirmation: Confirmation },
  closed,
)

const AnyJson = Type.Unsafe<Json>(Type.Unknown())

/** One change of one key. */
export const AuditEntry = Type.Object(
  {
    sequence: Count,
    at: Time,
    action: Type.String(),
    keyId: Id,
    owner: TextOrNone,
    actor: TextOrNone,
    from: TextOrNone,
    reason: TextOrNone,
    version: Count,
    changes: Type.Record(Type.String(), Type.Object({ before: AnyJson, after: AnyJson }, closed), {
      description: 'Every field that changed. Times are RFC 3339.',
    }),
  },
  closed,
)

export const AuditPage = Type.Object({ entries: Type.Array(AuditEntry), next: Next }, closed)

/** How much a key was used, and from where; up to a minute behind. */
export const Usage = Type.Object(
  {
    days: Type.Array(
      Type.Object({ day: Type.String({ format: 'date', description: 'In UTC.' }), uses: Count }, closed),
    ),
    addresses: Type.Array(Type.Object({ address: Type.String(), lastUsedAt: TimeOrNone }, closed)),
    lastUsedAt: TimeOrNone,
    lastUsedFrom: TextOrNone,
  },
  closed,
)

/** Who is acting, and what they may choose from. */
export const Session = Type.Object(
  {
    actor: Type.String(),
    view: Type.Enum(['owner', 'operator']),
    owner: TextOrNone,
    scopes: Type.Union([Type.Array(Type.String()), Type.Null()], {
      description: 'The scopes that may be given; null when there is no list.',
    }),
    environments: Type.Array(Type.String()),
    metadata: Type.Enum(['read', 'write'], { description: 'Whether this session may change metadata.' }),
  },
  closed,
)

/** An error (RFC 9457). */
export const Problem = Type.Object(
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    code: Type.String(),
    detail: Type.String(),
    errors: Type.Optional(Type.Array(Type.Object({ field: Type.String(), detail: Type.String() }, closed))),
    keyId: Type.Optional(Id),
    key: Type.Optional(Key),
  },
  closed,
)

const Cursor = Type.String({ minLength: 1, maxLength: 400, description: '`next` of the page before.' })
const Limit = Type.Integer({ minimum: 1, maximum: 500, default: 50 })
const NewOwner = Type.Union([Type.String({ minLength: 1, maxLength: 255 }), Type.Null()], {
  description: 'Whose key; null states that it has no owner. Operators must give it, and others may not.',
})

export const ListQuery = Type.Object(
  {
    search: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
    state: Type.Optional(Type.Enum(states)),
    environment: Type.Optional(Type.String({ minLength: 1, maxLength: 16 })),
    owner: Type.Optional(Type.String({ minLength: 1, maxLength: 255, description: 'For operators alone.' })),
    cursor: Type.Optional(Cursor),
    limit: Type.Optional(Limit),
  },
  closed,
)

export const AuditQuery = Type.Object(
  {
    owner: Type.Optional(Type.String({ minLength: 1, maxLength: 255, description: 'For operators alone.' })),
    cursor: Type.Optional(Cursor),
    limit: Type.Optional(Limit),
  },
  closed,
)

export const KeyAuditQuery = Type.Object({ cursor: Type.Optional(Cursor), limit: Type.Optional(Limit) }, closed)

export const UsageQuery = Type.Object(
  { days: Type.Optional(Type.Integer({ minimum: 1, maximum: 90, default: 30 })) },
  closed,
)

export const NoQuery = Type.Object({}, closed)

const Name = Type.String({ maxLength: 200 })
const Reason = Type.String({ minLength: 1, maxLength: 1000, description: 'For the audit trail. Never a token.' })
const LifeMs = Type.Integer({ minimum: 1, maximum: 3_153_600_000_000, description: 'Milliseconds from now.' })
const expiry = {
  expiresAt: Type.Optional(TimeOrNone),
  expiresInMs: Type.Optional(LifeMs),
}

export const IssueBody = Type.Object(
  {
    owner: Type.Optional(NewOwner),
    name: Type.Optional(Name),
    scopes: Type.Optional(Scopes),
    environment: Type.Optional(Type.String({ minLength: 1, maxLength: 16 })),
    metadata: Type.Optional(Metadata),
    notBefore: Type.Optional(TimeOrNone),
    ...expiry,
    reason: Type.Optional(Reason),
  },
  closed,
)

export const UpdateBody = Type.Object(
  {
    name: Type.Optional(Name),
    scopes: Type.Optional(Scopes),
    metadata: Type.Optional(Metadata),
    ...expiry,
    reason: Type.Optional(Reason),
  },
  closed,
)

export const RotateBody = Type.Object(
  {
    graceMs: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 3_153_600_000_000,
        default: 86_400_000,
        description:
          'How long both keys work, in milliseconds. 0: the old key is refused everywhere when this is answered.',
      }),
    ),
    endOnFirstUse: Type.Optional(Type.Boolean({ default: false })),
    ...expiry,
    reason: Type.Optional(Reason),
  },
  closed,
)

export const ReasonBody = Type.Object({ reason: Type.Optional(Reason) }, closed)

export const RevokeBody = Type.Object(
  {
    chain: Type.Optional(
      Type.Enum(['predecessors', 'all', 'none'], {
        default: 'predecessors',
        description: 'Keys of the rotation chain that are revoked too: older ones, successors as well, or none.',
      }),
    ),
    reason: Type.Optional(Reason),
  },
  closed,
)

/** Shapes that the document gives a name. */
export const NAMED = {
  Key,
  KeyPage,
  Issued,
  Confirmation,
  Changed,
  ChainKey,
  Chain,
  Revoked,
  Disabled,
  Rotated,
  AuditEntry,
  AuditPage,
  Usage,
  Session,
  Problem,
}

export type Key = Static<typeof Key>
export type KeyPage = Static<typeof KeyPage>
export type Issued = Static<typeof Issued>
export type Confirmation = Static<typeof Confirmation>
export type Changed = Static<typeof Changed>
export type ChainKey = Static<typeof ChainKey>
export type Chain = Static<typeof Chain>
export type Revoked = Static<typeof Revoked>
export type Disabled = Static<typeof Disabled>
export type Rotated = Static<typeof Rotated>
export type AuditEntry = Static<typeof AuditEntry>
export type AuditPage = Static<typeof AuditPage>
export type Usage = Static<typeof Usage>
export type Session = Static<typeof Session>
export type Problem = Static<typeof Problem>
export type ListQuery = Static<typeof ListQuery>
export type AuditQuery = Static<typeof AuditQuery>
export type UsageQuery = Static<typeof UsageQuery>
export type IssueBody = Static<typeof IssueBody>
export type UpdateBody = Static<typeof UpdateBody>
export type RotateBody = Static<typeof RotateBody>
export type ReasonBody = Static<typeof ReasonBody>
export type RevokeBody = Static<typeof RevokeBody>
