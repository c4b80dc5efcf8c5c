import { useEffect, useState } from 'preact/hooks'
import { ask } from './api.ts'
import { type ChainChoice, choicesFor, planOf } from './chain.ts'
import { ChainList } from './chain-list.tsx'
import { useSurroundings } from './context.ts'
import { FieldGroup } from './field.tsx'
import { apiOf } from './paths.ts'
import { chain } from './strings.ts'
import type { ChainKeyJson, KeyJson } from './view.ts'

/** Which other keys of a rotation end with a key, and what that leaves; nothing for a key that was never rotated. */
export function ChainField({
  entry,
  choice,
  onChoose,
}: {
  entry: KeyJson
  /** `null`: the API's default. */
  choice: ChainChoice | null
  onChoose: (choice: ChainChoice) => void
}) {
  const { basePath } = useSurroundings()
  const isRotated = entry.rotatedFrom !== null || entry.rotatedTo !== null
  const [keys, setKeys] = useState<readonly ChainKeyJson[] | 'unread' | 'unknown'>('unread')
  useEffect(() => {
    if (!isRotated) return
    void ask<{ keys: readonly ChainKeyJson[] }>({ method: 'GET', path: apiOf(basePath).chain(entry.id) }).then(
      (answer) => setKeys(answer.kind === 'ok' ? answer.body.keys : 'unknown'),
    )
  }, [entry.id])
  if (!isRotated) return null
  if (typeof keys === 'string') return <p role="status">{keys === 'unread' ? chain.reading : chain.unknown}</p>
  const choices = choicesFor(keys, entry.id)
  const [first] = choices
  if (first === undefined) return null
  const { ends, stays } = planOf(keys, entry.id, choice ?? first)
  return (
    <>
      <FieldGroup label={chain.title}>
        <div class="choices">
          {choices.map((value) => (
            <label key={value} class="choice">
              <input
                type="radio"
                name="chain"
                value={value}
                checked={value === (choice ?? first)}
                onChange={() => onChoose(value)}
              />
              <span>{chain.choices[value]}</span>
            </label>
          ))}
        </div>
      </FieldGroup>
      <div class="plan" role="status">
        <ChainList title={chain.ends} keys={ends} />
        <ChainList title={chain.stays} keys={stays} showsEnd />
      </div>
    </>
  )
}
