import { DAY } from '@bearward/core'
import { checkId, checkNames, checkWhole } from './input.ts'
import type { Usage } from './key.ts'
import type { Room } from './room.ts'
import { USAGE_DAYS } from './store.ts'
import type { AddressUse } from './use-record.ts'

/** What `usage()` takes. */
export interface UsageOptions {
  /** Days to tell of, 1 to 90; today is the last of them. Default 30. */
  readonly days?: number | undefined
}

/** What is known of a key's use, as far as it was written down. */
export interface KeyUsage extends Usage {
  /** One for each day that was asked for, earliest first, also where there was no use. */
  readonly days: readonly DayOfUse[]
  /** The last 16 that it was used from, the latest first. */
  readonly addresses: readonly AddressUse[]
}

/** The uses of one day. */
export interface DayOfUse {
  /** In UTC: `2026-11-28`. */
  readonly day: string
  readonly uses: number
}

const DEFAULT_DAYS = 30

export async function usage({ settings }: Room, id: string, options: UsageOptions): Promise<KeyUsage | null> {
  const { store, clock } = settings
  checkNames(options, ['days'])
  const count = checkWhole('days', options.days ?? DEFAULT_DAYS, USAGE_DAYS)
  const key = await store.findById(checkId('id', id))
  if (key === null) return null
  const first = Math.floor(clock.now() / DAY) - count + 1
  const { days, addresses } = await store.usage(id, first)
  const usesOf = new Map(days.map(({ day, uses }) => [day, uses]))
  return {
    lastUsedAt: key.lastUsedAt,
    lastUsedFrom: key.lastUsedFrom,
    days: Array.from({ length: count }, (_, index) => ({
      day: new Date((first + index) * DAY).toISOString().slice(0, 'YYYY-MM-DD'.length),
      uses: usesOf.get(first + index) ?? 0,
    })),
    addresses,
  }
}
