const TRUE = new Set(['true', 't', '1', 'yes', 'y', 'on'])
const FALSE = new Set(['false', 'f', '0', 'no', 'n', 'off'])

/** A boolean as PostgreSQL, MySQL, SQLite and CSV write it; `undefined` when it is none. */
export function flagOf(value: unknown): boolean | undefined {
  // MySQL hands over `bit(1)` as a byte.
  const plain = value instanceof Uint8Array && value.length === 1 ? value[0] : value
  if (typeof plain === 'object' && plain !== null) return undefined
  const written = String(plain as string | number | bigint | boolean | null | undefined)
    .trim()
    .toLowerCase()
  if (TRUE.has(written)) return true
  return FALSE.has(written) ? false : undefined
}
