import { useState } from 'preact/hooks'
import type { Answer } from './api.ts'
import { ask } from './api.ts'
import type { ChainChoice } from './chain.ts'
import { ChainField } from './chain-field.tsx'
import type { ChangedJson } from './change.ts'
import { useSurroundings } from './context.ts'
import { DialogActions, ReasonField } from './dialog-parts.tsx'
import { type FieldErrors, useFocusOnError } from './field.tsx'
import { FormMessage } from './form-message.tsx'
import { textOf } from './form-text.ts'
import { Modal } from './modal.tsx'
import { apiOf } from './paths.ts'
import { fieldErrorsOf, type Saying, sayingOf } from './sending.ts'
import { revoke } from './strings.ts'
import type { KeyJson } from './view.ts'

export function RevokeDialog({
  entry,
  onClose,
  onSend,
  onAnswer,
}: {
  entry: KeyJson
  onClose: () => void
  /** Is given the body that is sent. */
  onSend: (body: object) => void
  /** @returns whether the answer was taken; otherwise it is told here */
  onAnswer: (answer: Answer<ChangedJson>) => boolean
}) {
  const { basePath } = useSurroundings()
  const [isBusy, setBusy] = useState(false)
  const [saying, setSaying] = useState<Saying | null>(null)
  const [choice, setChoice] = useState<ChainChoice | null>(null)
  const [errors, setErrors] = useState<FieldErrors>({})
  const form = useFocusOnError(errors)

  async function submit(event: SubmitEvent) {
    event.preventDefault()
    if (isBusy || form.current === null) return
    const reason = textOf(new FormData(form.current), 'reason').trim()
    const body = { ...(reason !== '' && { reason }), ...(choice !== null && { chain: choice }) }
    setBusy(true)
    setSaying(null)
    onSend(body)
    const answer = await ask<ChangedJson>({
      method: 'POST',
      path: apiOf(basePath).act(entry.id, 'revoke'),
      body,
    })
    if (onAnswer(answer)) return
    setBusy(false)
    setErrors(fieldErrorsOf(answer))
    setSaying(sayingOf(answer))
  }

  return (
    <Modal title={revoke.title(entry.name)} mayClose={!isBusy} onClose={onClose}>
      <p class="lead">
        <code>{entry.hint}</code>
      </p>
      <p>{revoke.text}</p>
      <form class="form" ref={form} onSubmit={(event) => void submit(event)} noValidate aria-busy={isBusy}>
        <ChainField entry={entry} choice={choice} onChoose={setChoice} />
        <ReasonField label={revoke.reason} hint={revoke.reasonHint} error={errors.reason} />
        <FormMessage saying={saying} />
        <DialogActions submit={revoke.submit} tone="danger" isBusy={isBusy} onClose={onClose} />
      </form>
    </Modal>
  )
}
