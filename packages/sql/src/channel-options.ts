import { SECOND } from '@bearward/core'

/** @throws {TypeError} naming the option and its range */
export function wholeOption(
  maker: string,
  name: string,
  value: number | undefined,
  fallback: number,
  min: number,
  max: number,
): number {
  const given = value ?? fallback
  if (!Number.isInteger(given) || given < min || given > max) {
    throw new TypeError(`${maker}: option \`${name}\` must be a whole number from ${min} to ${max}`)
  }
  return given
}

/** Names this process among those that take part in a channel; lower-case, for it is part of a name in PostgreSQL. */
export function memberId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/**
 * How long a channel tries to take its process out of the registry: three seconds, or a lease where that is longer. A process that
 * is not taken out costs each publisher the wait for its lease, so a slow database is given more than a short lease.
 */
export function leavingMs(leaseMs: number): number {
  return Math.max(leaseMs, 3 * SECOND)
}
