import type { AuditEntry, KeyStore, StoredKey } from '@bearward/keyring'
import type { Report } from './acknowledged.ts'

/** All that a store holds: keys by id, and the audit trail from its beginning. */
export interface History {
  readonly keys: ReadonlyMap<string, StoredKey>
  readonly entries: readonly AuditEntry[]
}

const PAGE = 500

export async function readHistory(store: KeyStore): Promise<History> {
  const keys = new Map<string, StoredKey>()
  for (let after: StoredKey | undefined; ; ) {
    const page = await store.list({ after, now: 0, limit: PAGE })
    for (const key of page) keys.set(key.id, key)
    after = page.at(-1)
    if (page.length < PAGE) break
  }
  const entries: AuditEntry[] = []
  for (let before: number | undefined; ; ) {
    const page = await store.audit({ before, limit: PAGE })
    entries.push(...page)
    before = page.at(-1)?.sequence
    if (page.length < PAGE) return { keys, entries: entries.reverse() }
  }
}

/** What is wrong with a history, given what clients were told; nothing when it is as it must be. */
export function faultsOf(history: History, reports: readonly Report[]): string[] {
  return [
    ...gaps(history),
    ...[...history.keys.values()].flatMap((key) => lifeFaults(key, history)),
    ...strangers(history),
    ...successorFaults(history),
    ...lostAcknowledgements(history, reports),
    ...disorder(history, reports),
    ...acceptedAfterRevocation(reports),
  ]
}

function gaps({ entries }: History): string[] {
  return entries.flatMap(({ sequence }, index) =>
    sequence === index + 1 ? [] : [`entry ${index + 1} has the sequence ${sequence}`],
  )
}

/** Each entry must take up where the one before it left off, and the key must stand where the last one left it. */
function lifeFaults(key: StoredKey, { entries }: History): string[] {
  const life = entries.filter(({ keyId }) => keyId === key.id)
  const faults: string[] = []
  const state = new Map<string, unknown>()
  for (const [index, { version, changes, action }] of life.entries()) {
    if (version !== index + 1) faults.push(`${key.id}: entry ${index + 1} has the version ${version}`)
    if (index > 0 && isSet(state.get('revokedAt'))) faults.push(`${key.id}: ${action} after it was revoked`)
    for (const [field, { before, after }] of Object.entries(changes)) {
      if (!isSame(before, state.get(field))) faults.push(`${key.id}: version ${version} lost an update of ${field}`)
      state.set(field, after)
    }
  }
  if (key.version !== life.length) faults.push(`${key.id}: has version ${key.version} and ${life.length} entries`)
  for (const [field, value] of state) {
    if (!isSame(value, key[field as keyof StoredKey])) faults.push(`${key.id}: ${field} is not what the trail says`)
  }
  return faults
}

function strangers({ keys, entries }: History): string[] {
  return entries.filter(({ keyId }) => !keys.has(keyId)).map(({ keyId }) => `${keyId}: has entries and is not there`)
}

function successorFaults({ keys, entries }: History): string[] {
  const all = [...keys.values()]
  const unlinked = all.filter(({ id, rotatedFrom }) => rotatedFrom !== null && keys.get(rotatedFrom)?.rotatedTo !== id)
  const rotations = entries.filter(({ action }) => action === 'rotated').map(({ keyId }) => keyId)
  const twice = rotations.filter((id, index) => rotations.indexOf(id) !== index)
  return [
    ...unlinked.map(({ id }) => `${id}: its predecessor has another successor`),
    ...twice.map((id) => `${id}: was rotated twice`),
  ]
}

function lostAcknowledgements({ entries }: History, reports: readonly Report[]): string[] {
  const written = new Set(entries.map(({ keyId, reason }) => `${keyId} ${reason}`))
  return reports.flatMap((report) => {
    if (report.op === 'verify' || report.op === 'failed') return []
    // To enable what is enabled, or disable what is disabled, leaves no trace.
    if (report.op === 'enable' || report.op === 'disable') return []
    return written.has(`${report.keyId} ${report.reason}`)
      ? []
      : [`${report.keyId}: lost ${report.op} ${report.reason}`]
  })
}

/** What was acknowledged before something else was asked for must come before it. */
function disorder({ entries }: History, reports: readonly Report[]): string[] {
  const sequenceOf = new Map(entries.map(({ keyId, reason, sequence }) => [`${keyId} ${reason}`, sequence]))
  const changes = reports
    .flatMap((report) => ('reason' in report ? [report] : []))
    .map((report) => ({ ...report, sequence: sequenceOf.get(`${report.keyId} ${report.reason}`) ?? 0 }))
    .filter(({ sequence }) => sequence > 0)
  const byEnd = changes.toSorted((one, other) => one.endedAt - other.endedAt)
  const faults: string[] = []
  let highest = 0
  let next = 0
  for (const change of changes.toSorted((one, other) => one.startedAt - other.startedAt)) {
    for (let ended = byEnd[next]; ended !== undefined && ended.endedAt < change.startedAt; ended = byEnd[++next]) {
      highest = Math.max(highest, ended.sequence)
    }
    if (change.sequence < highest) faults.push(`${change.keyId}: ${change.reason} comes before what was acknowledged`)
  }
  return faults
}

function acceptedAfterRevocation(reports: readonly Report[]): string[] {
  const revokedAt = new Map(
    reports.flatMap((report) => (report.op === 'revoke' ? [[report.keyId, report.endedAt] as const] : [])),
  )
  return reports.flatMap((report) =>
    report.op === 'verify' && report.startedAt > (revokedAt.get(report.keyId) ?? Number.POSITIVE_INFINITY)
      ? [`${report.keyId}: accepted after it was revoked`]
      : [],
  )
}

function isSet(value: unknown): boolean {
  return value !== null && value !== undefined
}

/** What the trail does not mention when a key is issued is nothing, whichever kind of nothing. */
function isSame(one: unknown, other: unknown): boolean {
  return written(one) === written(other)
}

function written(value: unknown): string {
  const text = JSON.stringify(value) ?? 'null'
  return ['null', '""', 'false', '[]', '{}'].includes(text) ? 'nothing' : text
}
