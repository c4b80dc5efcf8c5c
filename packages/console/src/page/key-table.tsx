// biome-ignore-all lint/a11y/noRedundantRoles: some browsers take rows that CSS made cards of for no table otherwise
import { useSurroundings } from './context.ts'
import { endOf, hasEnded } from './ends.ts'
import { pagesOf } from './paths.ts'
import { Distance, nameOf, Scopes, StateBadge } from './pieces.tsx'
import { list } from './strings.ts'
import type { KeyJson } from './view.ts'

const SCOPES_SHOWN = 3

/** A table, whose rows become cards where it is narrow. */
export function KeyTable({ keys }: { keys: readonly KeyJson[] }) {
  const { session } = useSurroundings()
  const hasOwner = session?.view === 'operator'
  const hasEnvironment = (session?.environments.length ?? 0) > 0
  const columns = [
    list.name,
    list.state,
    list.scopes,
    ...(hasOwner ? [list.owner] : []),
    list.created,
    list.lastUsed,
    list.ends,
  ]
  return (
    <table class="keys" role="table" aria-label={list.table}>
      <thead role="rowgroup">
        <tr role="row">
          {columns.map((column) => (
            <th key={column} role="columnheader" scope="col">
              {column}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {keys.map((key) => (
          <Row key={key.id} {...{ entry: key, hasOwner, hasEnvironment }} />
        ))}
      </tbody>
    </table>
  )
}

function Row({ entry, hasOwner, hasEnvironment }: { entry: KeyJson; hasOwner: boolean; hasEnvironment: boolean }) {
  const { basePath } = useSurroundings()
  const end = endOf(entry)
  const isOver = hasEnded(entry)
  return (
    <tr role="row">
      <th role="rowheader" scope="row" class="keys-name">
        <a href={pagesOf(basePath).key(entry.id)}>
          <bdi>{nameOf(entry)}</bdi>
        </a>
        <code>{entry.hint}</code>
      </th>
      <td role="cell" class="keys-state">
        <StateBadge state={entry.state} />
        {hasEnvironment && entry.environment !== null && (
          <span class="keys-environment">
            <span class="sr">{list.environment} </span>
            {entry.environment}
          </span>
        )}
      </td>
      <td role="cell" class="keys-scopes">
        <Scopes scopes={entry.scopes} none={list.noScopes} most={SCOPES_SHOWN} more={list.more} />
      </td>
      {hasOwner && (
        <td role="cell" data-label={list.owner} class="keys-owner">
          <bdi>{entry.owner}</bdi>
        </td>
      )}
      <td role="cell" data-label={list.created}>
        <Distance time={entry.createdAt} />
      </td>
      <td role="cell" data-label={list.lastUsed}>
        {entry.lastUsedAt === null ? (
          <span class="faint">{entry.useStatus === 'not_recorded_yet' ? list.notRecordedYet : list.neverUsed}</span>
        ) : (
          <Distance time={entry.lastUsedAt} />
        )}
      </td>
      <td role="cell" data-label={isOver ? list.ended : list.ends}>
        {end === null ? (
          <span class="faint">{list.neverEnds}</span>
        ) : (
          <span class={isOver ? 'faint' : undefined}>
            <Distance time={end} />
          </span>
        )}
      </td>
    </tr>
  )
}
