import { useSurroundings } from './context.ts'
import { moment } from './format.ts'
import { pagesOf } from './paths.ts'
import { nameOf } from './pieces.tsx'
import { chain, states } from './strings.ts'
import type { ChainKeyJson } from './view.ts'

/** Other keys of a rotation, under what became of them. */
export function ChainList({
  title,
  keys,
  showsEnd = false,
}: {
  title: string
  keys: readonly ChainKeyJson[]
  /** Until when each is accepted, or why it is not. */
  showsEnd?: boolean
}) {
  const { basePath } = useSurroundings()
  if (keys.length === 0) return null
  return (
    <div class="chain">
      <p>
        <strong>{title}</strong>
      </p>
      <ul>
        {keys.map((key) => (
          <li key={key.id}>
            <a href={pagesOf(basePath).key(key.id)}>
              <bdi>{nameOf(key)}</bdi>
            </a>{' '}
            <code>{key.hint}</code>
            {showsEnd && <> {endText(key)}</>}
          </li>
        ))}
      </ul>
    </div>
  )
}

function endText({ state, until }: ChainKeyJson): string {
  if (state === 'disabled') return `(${states.disabled})`
  return until === null ? chain.noEnd : chain.until(`${moment(until)} UTC`)
}
