import { hash } from 'node:crypto'

/** A row of `bearward_keys`: columns as they stand in the table. */
export type Row = Readonly<Record<string, string | number | null>>

/** When the newest key was made, and the moment at which states are judged. */
export const NOW = 1_800_000_000_000

const CHARACTERS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** The digest of the key with this number: as unlike its neighbours as real ones. */
export function digestOf(number: number): string {
  return hash('sha256', `token ${number}`)
}

export function idOf(number: number): string {
  return `key_${hash('sha256', `id ${number}`).slice(0, 21)}`
}

/** Four characters that a person may look for. */
export function hintOf(number: number): string {
  let rest = (number * 7_919_017) % 62 ** 4
  let shown = ''
  for (let place = 0; place < 4; place++) {
    shown += CHARACTERS[rest % 62]
    rest = Math.floor(rest / 62)
  }
  return `acme_live_${shown}…`
}

/** When the key with this number was made: one a second, the last one a second ago. */
export function createdAt(number: number, count: number): number {
  return NOW - (count - number) * 1000
}

/** A hundred keys an owner; a twentieth is revoked, few are disabled, scheduled or dated. */
export function rowOf(number: number, count: number): Row {
  const made = createdAt(number, count)
  const isRevoked = number % 20 === 7
  const isDisabled = number % 1000 === 8
  const notBefore = number % 5000 === 9 ? NOW + 86_400_000 : null
  const expiresAt = number % 50 === 10 ? NOW + number * 1000 : null
  return {
    id: idOf(number),
    digest: digestOf(number),
    hint: hintOf(number),
    name: 'CI',
    owner: `acct_${Math.floor(number / 100)}`,
    environment: number % 100 === 11 ? 'test' : 'live',
    scopes: '["posts:read","posts:write"]',
    metadata: '{}',
    created_at: made,
    not_before: notBefore,
    expires_at: expiresAt,
    disabled_at: isDisabled ? made : null,
    revoked_at: isRevoked ? made : null,
    ended_at: null,
    announced_at: null,
    rotated_from: null,
    rotated_to: null,
    grace_ends_at: null,
    ends_predecessor: 0,
    version: 1,
    standing: isRevoked ? 'revoked' : isDisabled ? 'disabled' : 'open',
    ends_at: isRevoked ? null : expiresAt,
    announce_at: isRevoked ? null : expiresAt,
  }
}
