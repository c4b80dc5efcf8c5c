// Keys with the longest and oddest text that a keyring takes, in every state.
import { DAY } from '@bearward/core'
import type { Application } from './application.ts'

const UNBROKEN = 'W'.repeat(200)
/** Names of other scripts, of other directions, and of none. */
export const NAMES: readonly string[] = [
  UNBROKEN,
  'i'.repeat(200),
  'a-name-of-words-that-are-joined-by-hyphens-'.repeat(4),
  'https://ci.example.com/organisations/acme/pipelines/deploy-production?branch=main&attempt=1',
  'Schlüssel für die Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichenverwaltung',
  'מפתח לשירות החיוב (ייצור) 2026!',
  'مفتاح خدمة الفوترة للإنتاج، رقم ٣',
  'left \u202eright to left without an end',
  '\u2067isolated\u2066 without an end either',
  'عربي with English و 123 inside',
  '👩‍👩‍👧‍👦🏳️‍🌈🔑'.repeat(10),
  '請求サービスの鍵・本番環境・東京リージョン・第三世代・長い名前の例',
  '🔑 CI',
]
const LONG_WORD = 'x'.repeat(255)
export const LONG_PERSON = { actor: `${'someone-with-a-long-name.'.repeat(9)}@example.com`, owner: LONG_WORD }

/** Forty scopes, of which one is as long as a scope can be. */
export const MANY_SCOPES: readonly string[] = Array.from({ length: 40 }, (_, index) =>
  index === 7 ? `s${'o'.repeat(199)}` : `service-${index}.resource:${index % 2 ? 'read' : 'write-everything-in-it'}`,
)

/** Ids of keys that have a page worth looking at. */
export interface Extremes {
  readonly crowded: string
  readonly revoked: string
  readonly expired: string
  readonly scheduled: string
  readonly retiring: string
  readonly disabled: string
}

export async function populateExtremes({ keyring, store }: Application, now: number): Promise<Extremes> {
  const { actor, owner } = LONG_PERSON
  const issue = async (name: string, more: object = {}) =>
    (await keyring.issue({ owner, actor, name, scopes: MANY_SCOPES.slice(0, 9), ...more })).key.id
  for (const name of NAMES) await issue(name)
  for (const other of ['מפעל', '👩‍👩‍👧‍👦'.repeat(8), 'o'.repeat(255)]) await issue('Another account', { owner: other })

  const reason = 'r'.repeat(400)
  const revoked = await issue(UNBROKEN)
  await keyring.revoke(revoked, { actor, reason, from: '2001:db8:85a3:8d3:1319:8a2e:370:7348' })
  const disabled = await issue(UNBROKEN, { environment: 'staging-sandbox'.replace('-', '') })
  await keyring.disable(disabled, { actor, reason: 'Weil die Verwaltung es so will, bis auf Weiteres' })
  const scheduled = await issue('Not yet', { notBefore: now + 400 * DAY, scopes: [] })
  const retiring = await issue('Kept for a while longer', { expiresInMs: 400 * DAY })
  await keyring.rotate(retiring, { actor, graceMs: 7 * DAY, reason })
  const expired = await issue('Gone', { expiresInMs: 1 })

  const metadata = { note: 'm'.repeat(1500), ['key'.repeat(60)]: { deep: [['x'.repeat(300)]] } }
  const crowded = await issue(UNBROKEN, { scopes: MANY_SCOPES, metadata, expiresInMs: 36_500 * DAY })
  await keyring.update(crowded, { actor, name: NAMES[3] ?? '', metadata: { ...metadata, more: 'n'.repeat(400) } })
  await keyring.update(crowded, { actor, name: UNBROKEN, scopes: MANY_SCOPES.slice(0, 39) })
  for (const from of ['2001:0db8:85a3:08d3:1319:8a2e:0370:7348', 'f'.repeat(200), '203.0.113.7']) {
    await store.recordUse([{ keyId: crowded, at: now, from, uses: 123_456_789 }])
  }
  return { crowded, revoked, expired, scheduled, retiring, disabled }
}
