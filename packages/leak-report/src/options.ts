import { type Clock, DAY, type MaybePromise, MINUTE, SECOND, systemClock, type TokenFormat } from '@bearward/core'
import { fetchGithubKeys, type PublicKeyList } from './published-keys.ts'
import type { LeakReport } from './report.ts'

/** What `githubLeakReports()` takes. */
export interface LeakReportOptions {
  /**
   * Revokes a leaked token. `true` says that it is one of yours: revoked now, or before. `false` says that no key of
   * yours ever had this token. Must be idempotent, because GitHub may report a token twice, in one delivery or in
   * two. The delivery is genuine when this is called; that the token is one of yours is for you to find out. What it
   * throws makes the answer 503. Never log the token.
   */
  readonly revoke: (token: string, report: LeakReport) => MaybePromise<boolean>
  /**
   * Formats of your tokens. What none of them takes is answered as a false positive, without asking `revoke`. Default:
   * every token is asked about.
   */
  readonly format?: TokenFormat | readonly TokenFormat[]
  /** Reads the list of keys that GitHub signs with. Default `fetchGithubKeys`. */
  readonly publicKeys?: () => Promise<PublicKeyList>
  /** How long a list of keys is believed. Default 86400000 (one day), from 1000 to 604800000. */
  readonly keysMaxAgeMs?: number
  /** Least time between two readings of the list for keys that are not in it. Default 60000, from 1000 to 86400000. */
  readonly refetchAfterMs?: number
  /** Longest body, in bytes. Default 5242880 (5 MiB), from 1024 to 104857600. */
  readonly maxBodyBytes?: number
  /** Milliseconds in which a body must arrive. Default 10000 (ten seconds), from 100 to 300000. */
  readonly bodyTimeoutMs?: number
  /** Reports worked on at once. Default 8, from 1 to 256. */
  readonly concurrency?: number
  /** Is told why a delivery was answered 503. Default: one line on the console, without the cause. */
  readonly onFailure?: (cause: unknown) => void
  /** Default `systemClock`. */
  readonly clock?: Clock
}

/** Options after the check, with every default filled in. */
export interface LeakReportSettings extends Required<Omit<LeakReportOptions, 'format'>> {
  readonly formats: readonly TokenFormat[]
}

/** Checks options once and fills defaults in. */
export function checkOptions(options: LeakReportOptions): LeakReportSettings {
  if (typeof options !== 'object' || options === null || typeof options.revoke !== 'function') {
    throw new TypeError('githubLeakReports: option `revoke` must be a function')
  }
  const { revoke, format = [], publicKeys = fetchGithubKeys, onFailure = complain, clock = systemClock } = options
  if (typeof publicKeys !== 'function') {
    throw new TypeError('githubLeakReports: option `publicKeys` must be a function')
  }
  if (typeof onFailure !== 'function') throw new TypeError('githubLeakReports: option `onFailure` must be a function')
  const formats = [format].flat()
  if (!formats.every((each) => typeof each?.parse === 'function')) {
    throw new TypeError(
      'githubLeakReports: option `format` must be a format such as keyFormat() makes, or a list of them',
    )
  }
  return Object.freeze({
    revoke,
    formats,
    publicKeys,
    onFailure,
    clock,
    keysMaxAgeMs: wholeNumber('keysMaxAgeMs', options.keysMaxAgeMs, DAY, 1000, 7 * DAY),
    refetchAfterMs: wholeNumber('refetchAfterMs', options.refetchAfterMs, MINUTE, 1000, DAY),
    maxBodyBytes: wholeNumber('maxBodyBytes', options.maxBodyBytes, 5 * MEBIBYTE, 1024, 100 * MEBIBYTE),
    bodyTimeoutMs: wholeNumber('bodyTimeoutMs', options.bodyTimeoutMs, 10 * SECOND, 100, 5 * MINUTE),
    concurrency: wholeNumber('concurrency', options.concurrency, 8, 1, 256),
  })
}

const MEBIBYTE = 1024 * 1024

function wholeNumber(name: string, value: number | undefined, fallback: number, min: number, max: number): number {
  if (value === undefined) return fallback
  if (!Number.isInteger(value) || value < min || value > max) {
    throw new TypeError(`githubLeakReports: option \`${name}\` must be a whole number from ${min} to ${max}`)
  }
  return value
}

/** The cause stays out: it comes from the user's code, and may hold what that code was given. */
function complain(): void {
  console.error('githubLeakReports: a delivery was answered 503; give the option onFailure to be told why')
}
