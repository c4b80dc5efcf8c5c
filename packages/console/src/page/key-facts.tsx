import type { ComponentChildren } from 'preact'
import { useSurroundings } from './context.ts'
import { endOf, hasEnded } from './ends.ts'
import { pagesOf } from './paths.ts'
import { Distance, Moment, Scopes } from './pieces.tsx'
import { key as strings } from './strings.ts'
import type { KeyJson } from './view.ts'

/** What a key is. */
export function KeyFacts({ entry }: { entry: KeyJson }) {
  const { basePath, session } = useSurroundings()
  const link = (id: string) => (
    <a href={pagesOf(basePath).key(id)}>
      <code>{id}</code>
    </a>
  )
  const end = endOf(entry)
  const hasMetadata = Object.keys(entry.metadata).length > 0
  return (
    <section class="panel" aria-labelledby="facts-title">
      <h2 id="facts-title">{strings.facts}</h2>
      <dl class="facts">
        <Fact name={strings.scopes}>
          <Scopes scopes={entry.scopes} none={strings.noScopes} />
        </Fact>
        {session?.view === 'operator' && entry.owner !== null && (
          <Fact name={strings.owner}>
            <bdi>{entry.owner}</bdi>
          </Fact>
        )}
        {entry.environment !== null && <Fact name={strings.environment}>{entry.environment}</Fact>}
        <Fact name={strings.lastUsed}>
          {entry.lastUsedAt === null ? (
            <span class="faint">
              {entry.useStatus === 'not_recorded_yet' ? strings.notRecordedYet : strings.neverUsed}
            </span>
          ) : (
            <>
              <Distance time={entry.lastUsedAt} />
              {entry.lastUsedFrom !== null && <> {strings.lastUsedFrom(entry.lastUsedFrom)}</>}
            </>
          )}
        </Fact>
        <Fact name={hasEnded(entry) ? strings.ended : strings.ends}>
          {end === null ? <span class="faint">{strings.never}</span> : <Moment time={end} />}
        </Fact>
        {entry.notBefore !== null && (
          <Fact name={strings.notBefore}>
            <Moment time={entry.notBefore} />
          </Fact>
        )}
        <Fact name={strings.created}>
          <Moment time={entry.createdAt} />
        </Fact>
        {entry.rotatedFrom !== null && <Fact name={strings.replaces}>{link(entry.rotatedFrom)}</Fact>}
        {entry.rotatedTo !== null && <Fact name={strings.replacedBy}>{link(entry.rotatedTo)}</Fact>}
        <Fact name={strings.id}>
          <code>{entry.id}</code>
        </Fact>
        {hasMetadata && (
          <Fact name={strings.metadata}>
            <pre>
              <code>{JSON.stringify(entry.metadata, null, 2)}</code>
            </pre>
          </Fact>
        )}
      </dl>
    </section>
  )
}

function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}
