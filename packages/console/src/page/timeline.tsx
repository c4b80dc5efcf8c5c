import { useSurroundings } from './context.ts'
import { moment } from './format.ts'
import { pagesOf } from './paths.ts'
import { Moment } from './pieces.tsx'
import { embedded, timeline } from './strings.ts'
import type { AuditEntryJson, Json } from './view.ts'

/** What happened to a key, newest first. */
export function Timeline({
  keyId,
  entries,
  next,
  cursor,
}: {
  keyId: string
  entries: readonly AuditEntryJson[]
  next: string | null
  cursor: string | null
}) {
  const { basePath } = useSurroundings()
  const pages = pagesOf(basePath)
  return (
    <section class="panel" id="timeline" aria-labelledby="timeline-title">
      <h2 id="timeline-title">{timeline.title}</h2>
      <ol class="timeline">
        {entries.map((entry) => (
          <Entry key={entry.sequence} entry={entry} />
        ))}
      </ol>
      {(next !== null || cursor !== null) && (
        <nav class="pages" aria-label={timeline.title}>
          {cursor !== null && <a href={`${pages.key(keyId)}#timeline`}>{timeline.newest}</a>}
          {next !== null && <a href={pages.older(keyId, next)}>{timeline.older}</a>}
        </nav>
      )}
    </section>
  )
}

function Entry({ entry }: { entry: AuditEntryJson }) {
  const { basePath } = useSurroundings()
  const { action, actor, at, from, reason, changes } = entry
  const successor = action === 'rotated' ? changes.rotatedTo?.after : undefined
  return (
    <li class={`event event-${action}`}>
      <p class="event-what">
        {timeline.actions[action] ?? action}
        {actor !== null && <> {timeline.by(actor)}</>}
      </p>
      <p class="event-when">
        <Moment time={at} />
        {from !== null && <span> {timeline.from(from)}</span>}
      </p>
      {reason !== null && (
        <p class="event-reason">
          <bdi>{reason}</bdi>
        </p>
      )}
      {typeof successor === 'string' && (
        <p>
          <a href={pagesOf(basePath).key(successor)}>
            <code>{successor}</code>
          </a>
        </p>
      )}
      {action === 'updated' && (
        <ul class="event-changes">
          {Object.entries(changes)
            .filter(([field]) => field !== 'announcedAt')
            .map(([field, { before, after }]) => (
              <li key={field}>
                {timeline.change(field)}: {textOf(field, after)}{' '}
                <span class="faint">
                  ({timeline.was} {textOf(field, before)})
                </span>
              </li>
            ))}
        </ul>
      )}
    </li>
  )
}

function textOf(field: string, value: Json): string {
  if (value === null || value === '') return timeline.nothing
  if (typeof value === 'string') return field.endsWith('At') ? moment(value) : `“${embedded(value)}”`
  if (Array.isArray(value)) return value.length === 0 ? timeline.nothing : value.join(', ')
  return JSON.stringify(value)
}
