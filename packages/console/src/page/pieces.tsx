// The smallest parts that several pages show.
import type { ComponentChildren } from 'preact'
import { useSurroundings } from './context.ts'
import { distance, moment } from './format.ts'
import { common, states } from './strings.ts'
import type { KeyStateJson } from './view.ts'

export function StateBadge({ state }: { state: KeyStateJson }) {
  return <span class={`badge badge-${state}`}>{states[state]}</span>
}

/** How far away a moment is, with the moment itself for whoever asks. */
export function Distance({ time }: { time: string }) {
  const { now } = useSurroundings()
  return (
    <time dateTime={time} title={`${moment(time)} UTC`}>
      {distance(time, now)}
    </time>
  )
}

export function Moment({ time }: { time: string }) {
  return <time dateTime={time}>{moment(time)}</time>
}

/** At most `most` scopes; the others are told by number. */
export function Scopes({
  scopes,
  none,
  most = Number.POSITIVE_INFINITY,
  more,
}: {
  scopes: readonly string[]
  none: string
  most?: number
  more?: (count: number) => string
}) {
  if (scopes.length === 0) return <span class="faint">{none}</span>
  const shown = scopes.slice(0, scopes.length === most + 1 ? most + 1 : most)
  const hidden = scopes.length - shown.length
  return (
    <ul class="chips">
      {shown.map((scope) => (
        <li key={scope}>{scope}</li>
      ))}
      {hidden > 0 && more !== undefined && (
        <li class="chips-more" title={scopes.slice(shown.length).join(', ')}>
          {more(hidden)}
        </li>
      )}
    </ul>
  )
}

export function nameOf({ name }: { name: string }): string {
  return name || common.unnamed
}

/** A message that is read out when it appears. */
export function Notice({ tone, children }: { tone: 'good' | 'done' | 'warn' | 'bad'; children: ComponentChildren }) {
  return <div class={`notice notice-${tone}`}>{children}</div>
}
