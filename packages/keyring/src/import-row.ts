import { sha256 } from '@bearward/core'
import { declaredMetadata } from './declared-metadata.ts'
import { twinsOfDigest } from './digest-forms.ts'
import { taggedDigest, taggedHandle } from './foreign.ts'
import type { IMPORT_REPORT, ImportReport } from './import-report.ts'
import { checkFlag, checkMoment, checkNames, checkNewOwner, checkScopes, checkText, invalid } from './input.ts'
import { isDeclaredIn } from './issue.ts'
import type { Metadata, StoredKey } from './key.ts'
import type { KeyringSettings } from './options.ts'
import { environmentOf, readToken } from './token.ts'

/**
 * A key of another system, as `import()` takes it. Exactly one of `digest`, `token`, and `handle` with `secretHash` says
 * what its token is. `@bearward/import` makes such rows out of the tables of the systems it knows.
 */
export interface ImportRow {
  /** Name of the format of its token, one of the keyring's `imports`; with `token` it may be left out. */
  readonly format?: string | undefined
  /** What the other system stored of the token, as it stands there. */
  readonly digest?: string | undefined
  /** The token itself, where the other system kept it. Digested at once, and not kept. */
  readonly token?: string | undefined
  /** What the key is found by where there is only a slow hash. */
  readonly handle?: string | undefined
  /** The slow hash, as it stands there. */
  readonly secretHash?: string | undefined
  /** The id that it had. The id of the imported key is made of it, so that the same row is imported once. */
  readonly foreignId?: string | undefined
  /** What a list may show of the token. At most 64 characters. Default: nothing but `…`. */
  readonly hint?: string | undefined
  readonly name?: string | undefined
  /** The owner of the key; `null` states that it has none. There is no default. */
  readonly owner: string | null
  /** One of the keyring's environments. Default none. */
  readonly environment?: string | null | undefined
  /** As the other system named them; see `mapScopes`. */
  readonly scopes?: readonly string[] | undefined
  readonly metadata?: Metadata | undefined
  /** `Date` or epoch milliseconds. Default: the moment of the import. */
  readonly createdAt?: Date | number | null | undefined
  readonly notBefore?: Date | number | null | undefined
  /** May lie in the past: what has expired stays so. */
  readonly expiresAt?: Date | number | null | undefined
  readonly disabled?: boolean | undefined
  /** When it was revoked; `true` where that is not known. */
  readonly revoked?: Date | number | boolean | null | undefined
  readonly lastUsedAt?: Date | number | null | undefined
  /** What its reader did not read, or assumed; counted in the summary. */
  readonly [IMPORT_REPORT]?: ImportReport | undefined
}

/** A row that can be written. */
export interface PlannedKey {
  readonly key: StoredKey
  /** Other digests that a key with the same token may be stored under. */
  readonly twins: readonly string[]
  /** Whether `createdAt` is the row's own, so that it tells one key from another. */
  readonly isDated: boolean
  readonly lastUsedAt: number | null
  readonly format: string
}

const FIELDS: readonly Exclude<keyof ImportRow, symbol>[] = [
  'format',
  'digest',
  'token',
  'handle',
  'secretHash',
  'foreignId',
  'hint',
  'name',
  'owner',
  'environment',
  'scopes',
  'metadata',
  'createdAt',
  'notBefore',
  'expiresAt',
  'disabled',
  'revoked',
  'lastUsedAt',
]

/** What the import of all rows says about each. */
export interface RowRules {
  readonly source: string | undefined
  readonly now: number
  mapScopes(scopes: readonly string[], row: ImportRow): readonly string[]
}

/** @throws {KeyringError} `invalid_input` that names the field and never repeats what was given */
export async function planRow(settings: KeyringSettings, row: ImportRow, rules: RowRules): Promise<PlannedKey> {
  checkNames(row, FIELDS)
  const { twins, ...proof } = await proofOf(settings, row)
  const createdAt = momentOf('createdAt', row.createdAt)
  const isRevoked = row.revoked !== undefined && row.revoked !== null && row.revoked !== false
  const format = row.format ?? 'token'
  const key: StoredKey = {
    ...proof,
    id: await idOf(rules.source ?? format, row, proof.digest),
    name: checkText('name', row.name ?? '', 0),
    owner:
      row.owner === undefined ? invalid('owner', 'given; null states that there is none') : checkNewOwner(row.owner),
    environment: row.environment ? environmentOf(settings.format, row.environment) : null,
    scopes: checkScopes(rules.mapScopes(row.scopes ?? [], row), isDeclaredIn(settings)),
    metadata: await declaredMetadata(settings.metadata, row.metadata ?? {}),
    createdAt: createdAt ?? rules.now,
    notBefore: momentOf('notBefore', row.notBefore),
    expiresAt: momentOf('expiresAt', row.expiresAt),
    disabledAt: checkFlag('disabled', row.disabled ?? false) ? rules.now : null,
    revokedAt: isRevoked ? (row.revoked === true ? rules.now : momentOf('revoked', row.revoked)) : null,
    endedAt: null,
    announcedAt: null,
    rotatedFrom: null,
    rotatedTo: null,
    graceEndsAt: null,
    endsPredecessor: false,
    version: 1,
  }
  return { key, twins, isDated: createdAt !== null, lastUsedAt: momentOf('lastUsedAt', row.lastUsedAt), format }
}

/** The last moment of the year 9999. What lies behind it is microseconds that are taken for milliseconds. */
const LAST_MOMENT = Date.UTC(10_000, 0) - 1

function momentOf(field: string, value: unknown): number | null {
  const moment = checkMoment(field, value ?? null)
  if (moment !== null && moment > LAST_MOMENT) invalid(field, 'a moment before the year 10000, in milliseconds')
  return moment
}

/** What a store may keep in these columns. */
const DIGEST = /^[\x21-\x7e]{16,200}$/
const HANDLE = /^[\x21-\x7e]{4,200}$/
const SECRET_HASH = /^[\x21-\x7e]{16,400}$/
const HINT = /^[^\0\p{Surrogate}]{0,64}$/u

type Proof = Pick<StoredKey, 'digest' | 'secretHash' | 'hint'> & Pick<PlannedKey, 'twins'>

async function proofOf(settings: KeyringSettings, row: ImportRow): Promise<Proof> {
  const { format, digest, token, handle, secretHash, hint = '…' } = row
  if (typeof hint !== 'string' || !HINT.test(hint)) invalid('hint', 'a string of at most 64 characters without NUL')
  if ([digest, token, secretHash].filter((given) => given !== undefined).length !== 1) {
    invalid('digest', 'given, or `token`, or `secretHash` in its place')
  }
  if (token !== undefined) {
    return { ...(await readToken(settings, token)), secretHash: null, hint }
  }
  const formats = settings.imports.filter(({ name }) => name === format)
  if (formats.length === 0 || format === undefined) invalid('format', 'the name of one of the `imports` of the keyring')
  if (digest !== undefined) {
    if (typeof digest !== 'string' || !DIGEST.test(digest)) invalid('digest', '16 to 200 visible ASCII characters')
    const twins = twinsOfDigest(settings, format, digest)
    return { digest: taggedDigest(format, digest), twins, secretHash: null, hint }
  }
  if (typeof secretHash !== 'string' || !SECRET_HASH.test(secretHash)) {
    invalid('secretHash', '16 to 400 visible ASCII characters')
  }
  if (typeof handle !== 'string' || !HANDLE.test(handle)) invalid('handle', '4 to 200 visible ASCII characters')
  if (formats.every(({ slow }) => slow === undefined)) invalid('format', 'one that checks slow hashes')
  return { digest: taggedHandle(format, handle), twins: [], secretHash: `${format}:${secretHash}`, hint }
}

const SPEAKING_ID = /^[\x21-\x7d][\x21-\x7e]*$/
const MAX_ID = 64

/** The id of a row: the same each time it is imported, and legible where the other system's own id allows it. */
async function idOf(source: string, { foreignId }: ImportRow, digest: string): Promise<string> {
  if (foreignId !== undefined && (typeof foreignId !== 'string' || foreignId === '')) {
    invalid('foreignId', 'a string that is not empty')
  }
  const speaking = `${source}_${foreignId}`
  if (foreignId !== undefined && SPEAKING_ID.test(foreignId) && speaking.length <= MAX_ID) return speaking
  const hash = await sha256().digest(foreignId === undefined ? `digest ${digest}` : `id ${foreignId}`)
  // No id of a row that is taken over as it stands begins like this.
  return `${source}_~${hash.slice(0, 30)}`
}
