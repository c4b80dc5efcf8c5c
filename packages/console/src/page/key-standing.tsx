import { useSurroundings } from './context.ts'
import { endOf } from './ends.ts'
import { moment } from './format.ts'
import { pagesOf } from './paths.ts'
import { key as strings } from './strings.ts'
import type { KeyJson } from './view.ts'

/** What the state of a key means, in a sentence. */
export function KeyStanding({ entry }: { entry: KeyJson }) {
  const { basePath } = useSurroundings()
  return (
    <p class={`note note-${entry.state}`}>
      {textOf(entry)}
      {entry.rotatedTo !== null && (
        <>
          {' '}
          <a href={pagesOf(basePath).key(entry.rotatedTo)}>{strings.successor}</a>
        </>
      )}
    </p>
  )
}

function textOf(entry: KeyJson): string {
  const { state, ...key } = entry
  const when = (time: string | null) => (time === null ? '' : `${moment(time)} UTC`)
  switch (state) {
    case 'active':
      return key.expiresAt === null ? strings.active : strings.activeUntil(when(key.expiresAt))
    case 'scheduled':
      return strings.scheduled(when(key.notBefore))
    case 'retiring':
      return strings.retiring(when(endOf(entry)))
    case 'disabled':
      return strings.disabled(when(key.disabledAt))
    case 'expired':
      return strings.expired(when(endOf(entry)))
    case 'retired':
      return strings.retired
    case 'revoked':
      return strings.revoked(when(key.revokedAt))
  }
}
