import type { Hit } from '../pieces.ts'
import type { Change } from './changes.ts'

/**
 * Tokens that a change has brought in: those that the file holds more often than it did in each parent. Of equal ones,
 * the last count as brought in.
 *
 * @param hitsOf returns the tokens of an object, in order
 */
export function broughtIn({ newId, oldIds }: Change, hitsOf: (id: string) => readonly Hit[]): readonly Hit[] {
  const before = oldIds.map((id) => countTokens(hitsOf(id)))
  const seen = new Map<string, number>()
  return hitsOf(newId).filter(({ token }) => {
    const number = (seen.get(token) ?? 0) + 1
    seen.set(token, number)
    return before.every((counts) => number > (counts.get(token) ?? 0))
  })
}

function countTokens(hits: readonly Hit[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const { token } of hits) counts.set(token, (counts.get(token) ?? 0) + 1)
  return counts
}
