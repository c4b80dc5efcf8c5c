import { useSurroundings } from './context.ts'
import { FieldGroup, TextField } from './field.tsx'
import { issue } from './strings.ts'

/** Scopes to choose from where they were declared, and to write down where they were not. */
export function ScopesField({ granted, error }: { granted: readonly string[]; error: string | undefined }) {
  const { session } = useSurroundings()
  if (session?.scopes == null) {
    return (
      <TextField
        name="scopes"
        label={issue.scopes}
        hint={`${issue.scopesHint} ${issue.scopesFree}`}
        error={error}
        rows={3}
        defaultValue={granted.join('\n')}
      />
    )
  }
  // A key may have been granted what is not declared any more: it is not taken away in passing.
  const offered = [...new Set([...session.scopes, ...granted])]
  return (
    <FieldGroup label={issue.scopes} hint={issue.scopesHint} error={error}>
      <div class="choices choices-many">
        {offered.map((scope) => (
          <label key={scope} class="choice">
            <input type="checkbox" name="scopes" value={scope} defaultChecked={granted.includes(scope)} />
            <code>{scope}</code>
          </label>
        ))}
      </div>
    </FieldGroup>
  )
}

/** What was chosen or written. */
export function readScopes(data: FormData): string[] {
  const written = data.getAll('scopes').filter((value) => typeof value === 'string')
  return written.flatMap((value) => value.split(/[\s,]+/).filter(Boolean))
}
