import { useState } from 'preact/hooks'
import { TextField } from './field.tsx'
import { textOf } from './form-text.ts'
import { issue } from './strings.ts'

/** The owner, or that there is none: no key goes without one because a field was passed over. */
export function OwnerField({ error }: { error: string | undefined }) {
  const [isNone, setNone] = useState(false)
  return (
    <TextField
      name="owner"
      label={issue.owner}
      hint={issue.ownerHint}
      error={error}
      maxLength={255}
      isDisabled={isNone}
    >
      <label class="choice">
        <input type="checkbox" name="noOwner" onChange={(event) => setNone(event.currentTarget.checked)} />
        <span>{issue.noOwner}</span>
      </label>
    </TextField>
  )
}

/** The owner that was named, `null` where none was chosen, or what is missing. */
export function readOwner(data: FormData): { readonly owner: string | null } | { readonly error: string } {
  if (data.has('noOwner')) return { owner: null }
  const owner = textOf(data, 'owner').trim()
  return owner === '' ? { error: issue.ownerMissing } : { owner }
}
