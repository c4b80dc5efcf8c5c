import type { KeyWithUsage } from '@bearward/keyring'
import type { Visitor } from './access.ts'
import { Refusal } from './problem.ts'
import type { Desk } from './route.ts'
import type { AuditPage, AuditQuery, Chain, KeyPage, ListQuery, Session, Usage, UsageQuery } from './schemas.ts'
import { chainKeyJson, entryJson, keyJson, timeOf } from './wire.ts'

/** Whoever reads, over which keyring. */
export interface Reader extends Pick<Visitor, 'session'> {
  readonly desk: Desk
}

const ID = /^[\x21-\x7e]{1,64}$/

/**
 * The key with this id, if it is the session's to see. Every route that names a key comes through here.
 *
 * @throws {Refusal} `not_found`, the same for a key of another owner as for one that is not there
 */
export async function findKey({ desk, session }: Reader, id: string): Promise<KeyWithUsage> {
  const key = ID.test(id) ? await desk.keyring.get(id) : null
  if (key !== null && (session.view === 'operator' || key.owner === session.owner)) return key
  throw new Refusal('not_found', 'There is no such key.')
}

/** The owner that keys must have for a session: in the owner view its own, and for operators any. */
export function ownerOption({ owner }: Session): { readonly owner?: string } {
  return owner === null ? {} : { owner }
}

/** The keys of a rotation chain that have not ended, oldest first. */
export async function readChain({ desk, session }: Reader, id: string): Promise<Chain> {
  const keys = await desk.keyring.chain(id, ownerOption(session))
  return { keys: (keys ?? []).map(chainKeyJson) }
}

/** A page of keys, newest first. */
export async function listKeys({ desk, session }: Reader, query: ListQuery): Promise<KeyPage> {
  const { keys, next } = await desk.keyring.list({ ...query, ...ownerOf(session, query.owner) })
  return { keys: keys.map((key) => keyJson(key)), next }
}

/** A page of the audit trail, newest first: of one key, or of all that the session may see. */
export async function readAudit(
  { desk, session }: Reader,
  { cursor, limit, owner }: AuditQuery,
  keyId?: string,
): Promise<AuditPage> {
  // The owner beside the key: a key that was imported anew under its id is not the key that the old entries are about.
  const conditions = { ...ownerOf(session, owner), ...(keyId !== undefined && { keyId }) }
  const { entries, next } = await desk.keyring.audit({ ...conditions, cursor, limit })
  return { entries: entries.map(entryJson), next }
}

/** How much a key was used, and from where. */
export async function readUsage({ desk }: Reader, key: KeyWithUsage, { days }: UsageQuery): Promise<Usage> {
  const usage = await desk.keyring.usage(key.id, { days })
  const { addresses = [], lastUsedAt = null, lastUsedFrom = null } = usage ?? {}
  return {
    days: (usage?.days ?? []).map(({ day, uses }) => ({ day, uses })),
    addresses: addresses.map(({ address, lastUsedAt: at }) => ({
      address,
      lastUsedAt: at === null ? null : timeOf(at),
    })),
    lastUsedAt: lastUsedAt === null ? null : timeOf(lastUsedAt),
    lastUsedFrom,
  }
}

/**
 * The condition of whose keys are asked for: in the owner view always the session's, and for operators none unless they
 * name an owner.
 *
 * @throws {Refusal} `invalid_query` when somebody asks for those of another
 */
function ownerOf({ view, owner }: Session, asked: string | undefined): { readonly owner?: string } {
  if (view === 'operator') return asked === undefined ? {} : { owner: asked }
  if (asked === undefined && owner !== null) return { owner }
  throw new Refusal('invalid_query', 'owner is for operators alone', {
    errors: [{ field: 'owner', detail: 'is for operators alone' }],
  })
}
