import { useState } from 'preact/hooks'
import { ask } from './api.ts'
import { type Report, unconfirmedReport } from './change.ts'
import { useSurroundings } from './context.ts'
import { DialogActions } from './dialog-parts.tsx'
import { endOf } from './ends.ts'
import { ExpiryField, readExpiry } from './expiry-field.tsx'
import { type FieldErrors, TextField, useFocusOnError } from './field.tsx'
import { FormMessage } from './form-message.tsx'
import { textOf } from './form-text.ts'
import { moment } from './format.ts'
import { MetadataField, readMetadata } from './metadata-field.tsx'
import { Modal } from './modal.tsx'
import { apiOf } from './paths.ts'
import { Notice } from './pieces.tsx'
import { readScopes, ScopesField } from './scopes-field.tsx'
import { fieldErrorsOf, type Saying, sayingOf } from './sending.ts'
import { common, confirmation, edit, expiry, issue, problems } from './strings.ts'
import type { KeyJson } from './view.ts'

/** The fields that can be changed. */
type Edited = Partial<Pick<KeyJson, 'name' | 'scopes' | 'expiresAt' | 'metadata'>> & { expiresInMs?: number }

export function EditDialog({
  entry,
  onClose,
  onSaved,
}: {
  entry: KeyJson
  onClose: () => void
  /** @param report what to say of it, where it is not confirmed */
  onSaved: (key: KeyJson, report?: Report) => void
}) {
  const { basePath, session, serverTime } = useSurroundings()
  const [isBusy, setBusy] = useState(false)
  const [saying, setSaying] = useState<Saying | null>(null)
  const [errors, setErrors] = useState<FieldErrors>({})
  const [theirs, setTheirs] = useState<KeyJson | null>(null)
  const form = useFocusOnError(errors)
  const api = apiOf(basePath)
  const end = endOf(entry)

  async function submit(event: SubmitEvent) {
    event.preventDefault()
    if (isBusy || form.current === null) return
    const read = readEdited(new FormData(form.current), entry, serverTime())
    setErrors(read.errors)
    setSaying(null)
    if (Object.keys(read.errors).length > 0) return setSaying({ tone: 'bad', text: problems.check })
    if (Object.keys(read.edited).length === 0 && theirs === null)
      return setSaying({ tone: 'warn', text: edit.unchanged })
    setBusy(true)
    // Somebody else's change was shown: it is known what is written over.
    const version = (theirs ?? entry).version
    const answer = await ask<KeyJson>({
      method: 'PATCH',
      path: api.key(entry.id),
      body: read.edited,
      headers: { 'If-Match': `"${version}"` },
    })
    if (answer.kind === 'ok') return onSaved(answer.body)
    const unconfirmed = unconfirmedReport(confirmation.updated, answer)
    if (unconfirmed !== null) return onSaved(unconfirmed.key ?? entry, unconfirmed)
    const isStale = answer.kind === 'problem' && answer.problem.status === 412
    const current = isStale ? await ask<KeyJson>({ method: 'GET', path: api.key(entry.id) }) : null
    setBusy(false)
    if (current?.kind === 'ok') return setTheirs(current.body)
    setErrors(fieldErrorsOf(answer))
    setSaying(sayingOf(answer))
  }

  return (
    <Modal title={edit.title} mayClose={!isBusy} onClose={onClose}>
      <form class="form" ref={form} onSubmit={(event) => void submit(event)} noValidate aria-busy={isBusy}>
        <TextField name="name" label={issue.name} error={errors.name} maxLength={200} defaultValue={entry.name} />
        <ScopesField granted={entry.scopes} error={errors.scopes} />
        <ExpiryField
          hint={entry.graceEndsAt === null ? issue.expiryHint : edit.grace(`${moment(entry.graceEndsAt)} UTC`)}
          keep={end === null ? expiry.keepNever : expiry.keep(`${moment(end)} UTC`)}
          initial="keep"
          error={errors.expiresAt}
        />
        {session?.metadata === 'write' && <MetadataField initial={entry.metadata} error={errors.metadata} />}
        <div role="alert">{theirs !== null && <Stale mine={entry} theirs={theirs} />}</div>
        <FormMessage saying={saying} />
        <DialogActions submit={theirs === null ? edit.submit : edit.overwrite} isBusy={isBusy} onClose={onClose}>
          {theirs !== null && (
            <button class="button" type="button" onClick={() => onSaved(theirs)}>
              {edit.takeTheirs}
            </button>
          )}
        </DialogActions>
      </form>
    </Modal>
  )
}

/** What somebody else made of the key since it was shown here. */
function Stale({ mine, theirs }: { mine: KeyJson; theirs: KeyJson }) {
  const differences = [
    { field: issue.name, was: mine.name, is: theirs.name },
    { field: issue.scopes, was: mine.scopes.join(' '), is: theirs.scopes.join(' ') },
    {
      field: issue.expiry,
      was: mine.expiresAt,
      is: theirs.expiresAt === null ? expiry.never : `${moment(theirs.expiresAt)} UTC`,
    },
    { field: issue.metadata, was: JSON.stringify(mine.metadata), is: JSON.stringify(theirs.metadata) },
    { field: common.state, was: mine.state, is: theirs.state },
  ].filter(({ field, was, is }) => (field === issue.expiry ? mine.expiresAt !== theirs.expiresAt : was !== is))
  return (
    <Notice tone="warn">
      <strong>{edit.stale}</strong>
      <ul>
        {differences.map(({ field, is }) => (
          <li key={field}>{edit.nowIs(field, is || common.none)}</li>
        ))}
      </ul>
    </Notice>
  )
}

/** What differs from the key as it was shown. */
function readEdited(data: FormData, entry: KeyJson, now: number): { edited: Edited; errors: FieldErrors } {
  const choice = readExpiry(data, now)
  const metadata = readMetadata(data)
  const errors: Record<string, string> = {}
  if (choice !== 'keep' && 'error' in choice) errors.expiresAt = choice.error
  if ('error' in metadata) errors.metadata = metadata.error
  if (Object.keys(errors).length > 0) return { edited: {}, errors }
  const name = textOf(data, 'name').trim()
  const scopes = readScopes(data)
  const written = ('metadata' in metadata && metadata.metadata) || {}
  return {
    errors,
    edited: {
      ...(name !== entry.name && { name }),
      ...(sorted(scopes) !== sorted(entry.scopes) && { scopes }),
      ...(choice !== 'keep' && !('error' in choice) && choice),
      ...(data.has('metadata') && JSON.stringify(written) !== JSON.stringify(entry.metadata) && { metadata: written }),
    },
  }
}

function sorted(scopes: readonly string[]): string {
  return [...new Set(scopes)].sort().join(' ')
}
