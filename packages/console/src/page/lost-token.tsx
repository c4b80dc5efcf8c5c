import { useEffect, useRef } from 'preact/hooks'
import { useReady, useSurroundings } from './context.ts'
import { FormMessage } from './form-message.tsx'
import { apiOf, pagesOf } from './paths.ts'
import type { IssuedJson } from './secret.tsx'
import { useSending } from './sending.ts'
import { issue, lost } from './strings.ts'

/** A key was issued, and the answer with its token is gone for good: another token in its place, or nothing. */
export function LostToken({ keyId, onReplaced }: { keyId: string; onReplaced: (issued: IssuedJson) => void }) {
  const { basePath } = useSurroundings()
  const isReady = useReady()
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => heading.current?.focus(), [])
  const address = pagesOf(basePath).key(keyId)
  // Should the answer to this go missing too, the key's own page shows what became of it.
  const sending = useSending<IssuedJson>(onReplaced, () => location.assign(address))
  const replace = () => {
    if (sending.isBusy) return
    return sending.isInDoubt ? sending.again() : start()
  }
  const start = () => sending.send(apiOf(basePath).act(keyId, 'rotate'), { graceMs: 0, reason: lost.reason })
  return (
    <section class="secret">
      <h1 tabIndex={-1} ref={heading}>
        {lost.title}
      </h1>
      <p class="lead">{lost.text}</p>
      <FormMessage saying={sending.saying} />
      <div class="form-actions">
        <button
          type="button"
          class="button button-main"
          disabled={!isReady}
          aria-disabled={sending.isBusy}
          onClick={() => void replace()}
        >
          {sending.isBusy ? issue.sending : lost.replace}
        </button>
        <a href={address}>{lost.show}</a>
      </div>
    </section>
  )
}
