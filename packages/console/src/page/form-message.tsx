import { useSurroundings } from './context.ts'
import { pagesOf } from './paths.ts'
import { Notice } from './pieces.tsx'
import type { Saying } from './sending.ts'
import { problems } from './strings.ts'

/** What a form has to say, read out when it changes. The place is there before the words, so that they are noticed. */
export function FormMessage({ saying, title }: { saying: Saying | null; title?: string | undefined }) {
  const { basePath } = useSurroundings()
  return (
    <div class="message" role="alert">
      {saying !== null && (
        <Notice tone={saying.tone}>
          {title !== undefined && <strong>{title}</strong>}
          <p>{saying.text}</p>
          {saying.signIn && (
            <p>
              <a href={pagesOf(basePath).list} target="_blank" rel="noopener">
                {problems.signIn}
              </a>
            </p>
          )}
        </Notice>
      )}
    </div>
  )
}
