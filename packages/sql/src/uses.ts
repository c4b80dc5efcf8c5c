import { MAX_ADDRESSES, type Use, type UseOutcome } from '@bearward/keyring'
import type { Kysely } from 'kysely'
import { text, whole } from './rows.ts'
import type { Schema } from './schema.ts'

interface Known {
  readonly at: number
  readonly from: string | null
  readonly addresses: readonly string[]
}

/** Writes uses into their own table; the caller sees to it that nobody else does at the same time. */
export async function writeUses(db: Kysely<Schema>, uses: readonly Use[]): Promise<UseOutcome[]> {
  const ids = [...new Set(uses.map(({ keyId }) => keyId))]
  const keys = await db.selectFrom('bearward_keys').select('id').where('id', 'in', ids).execute()
  const isThere = new Set(keys.map(({ id }) => text(id)))
  const known = await readUses(db, ids)
  const outcomes: UseOutcome[] = []
  for (const { keyId, at, from } of uses) {
    if (!isThere.has(keyId)) continue
    const before = known.get(keyId)
    const after = merge(before, at, from)
    known.set(keyId, after)
    await write(db, keyId, after, before === undefined)
    const isNewAddress = from !== null && !(before?.addresses.includes(from) ?? false)
    outcomes.push({ keyId, isFirst: before === undefined, isNewAddress })
  }
  return outcomes
}

async function readUses(db: Kysely<Schema>, ids: readonly string[]): Promise<Map<string, Known>> {
  const rows = await db.selectFrom('bearward_key_uses').selectAll().where('key_id', 'in', ids).execute()
  return new Map(
    rows.map((row) => [
      text(row.key_id),
      {
        at: whole(row.last_used_at),
        from: row.last_used_from === null ? null : text(row.last_used_from),
        addresses: JSON.parse(text(row.addresses)) as string[],
      },
    ]),
  )
}

function merge(before: Known | undefined, at: number, from: string | null): Known {
  const addresses = before?.addresses ?? []
  const isLatest = before === undefined || at >= before.at
  const isNew = from !== null && !addresses.includes(from)
  return {
    at: isLatest ? at : before.at,
    from: isLatest && from !== null ? from : (before?.from ?? null),
    addresses: isNew ? [...addresses, from].slice(-MAX_ADDRESSES) : addresses,
  }
}

async function write(
  db: Kysely<Schema>,
  keyId: string,
  { at, from, addresses }: Known,
  isFirst: boolean,
): Promise<void> {
  const columns = { last_used_at: at, last_used_from: from, addresses: JSON.stringify(addresses) }
  if (isFirst) {
    await db
      .insertInto('bearward_key_uses')
      .values({ key_id: keyId, ...columns })
      .execute()
  } else {
    await db.updateTable('bearward_key_uses').set(columns).where('key_id', '=', keyId).execute()
  }
}
