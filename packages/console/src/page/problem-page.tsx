import { useSurroundings } from './context.ts'
import { pagesOf } from './paths.ts'
import { problems } from './strings.ts'
import type { ProblemView } from './view.ts'

export function ProblemPage({ view: { problem } }: { view: ProblemView }) {
  const { basePath, session } = useSurroundings()
  return (
    <section class="empty">
      <h1>{problems.titles[problem.status] ?? problems.anyTitle}</h1>
      <p>{problems.texts[problem.status] ?? problem.detail ?? problem.title}</p>
      {session !== null && (
        <p>
          <a class="button" href={pagesOf(basePath).list}>
            {problems.back}
          </a>
        </p>
      )}
    </section>
  )
}
