import { TextField } from './field.tsx'
import { textOf } from './form-text.ts'
import { issue, problems } from './strings.ts'
import type { Json } from './view.ts'

type Metadata = { readonly [name: string]: Json }

/** Metadata as JSON; out of the way where there is none. */
export function MetadataField({ initial, error }: { initial: Metadata; error: string | undefined }) {
  const isEmpty = Object.keys(initial).length === 0
  return (
    <details class="more" open={!isEmpty || error !== undefined}>
      <summary>{isEmpty ? issue.metadataMore : issue.metadataChange}</summary>
      <TextField
        name="metadata"
        label={issue.metadata}
        hint={issue.metadataHint}
        error={error}
        isOptional
        rows={4}
        defaultValue={isEmpty ? '' : JSON.stringify(initial, null, 2)}
      />
    </details>
  )
}

/** What was written, where anything was; or what is wrong with it. */
export function readMetadata(data: FormData): { readonly metadata?: Metadata } | { readonly error: string } {
  const text = textOf(data, 'metadata').trim()
  if (text === '') return {}
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { metadata: value as Metadata }
  } catch {
    // Said below.
  }
  return { error: problems.metadata }
}
