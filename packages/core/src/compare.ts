/**
 * Whether two ASCII strings are equal, in time that depends on their length alone. A digest is not the secret, but
 * what cannot leak needs no argument.
 *
 * @example
 * ```ts
 * import { equalDigests } from '@bearward/core'
 *
 * equalDigests('ab12', 'ab12') // true
 * ```
 */
export function equalDigests(left: string, right: string): boolean {
  if (left.length !== right.length) return false
  let difference = 0
  for (let index = 0; index < left.length; index++) difference |= left.charCodeAt(index) ^ right.charCodeAt(index)
  return difference === 0
}
