import type { ChainKeyJson } from './view.ts'

/** Keys of a rotation that a revocation takes along, as the API calls it. */
export type ChainChoice = 'predecessors' | 'all' | 'none'

/** What becomes of the other keys of a rotation. */
export interface ChainPlan {
  readonly ends: readonly ChainKeyJson[]
  readonly stays: readonly ChainKeyJson[]
}

/**
 * The choices that differ for this key, the default first.
 *
 * @param keys of its rotation, oldest first, as the API answers
 */
export function choicesFor(keys: readonly ChainKeyJson[], id: string): readonly ChainChoice[] {
  const at = keys.findIndex((key) => key.id === id)
  const [hasOlder, hasNewer] = [at > 0, at >= 0 && at < keys.length - 1]
  if (!hasOlder && !hasNewer) return []
  if (!hasOlder) return ['none', 'all']
  return hasNewer ? ['predecessors', 'all', 'none'] : ['predecessors', 'none']
}

/** What a choice does to the other keys. */
export function planOf(keys: readonly ChainKeyJson[], id: string, choice: ChainChoice): ChainPlan {
  const at = keys.findIndex((key) => key.id === id)
  const isTaken = (index: number) => choice === 'all' || (choice === 'predecessors' && index < at)
  const others = keys.map((key, index) => ({ key, isTaken: isTaken(index) })).filter(({ key }) => key.id !== id)
  return {
    ends: others.filter((one) => one.isTaken).map(({ key }) => key),
    stays: others.filter((one) => !one.isTaken).map(({ key }) => key),
  }
}
