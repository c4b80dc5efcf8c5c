/**
 * A numeric option, or its default.
 *
 * @param maker the function whose option it is
 * @throws {TypeError} naming the option and its range
 */
export function wholeNumber(
  maker: string,
  name: string,
  value: number | undefined,
  fallback: number,
  min: number,
  max: number,
): number {
  if (value === undefined) return fallback
  if (!Number.isInteger(value) || value < min || value > max) {
    throw new TypeError(`${maker}: option \`${name}\` must be a whole number from ${min} to ${max}`)
  }
  return value
}
