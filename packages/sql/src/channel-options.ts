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
