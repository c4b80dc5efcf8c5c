import { useState } from 'preact/hooks'
import { useSurroundings } from './context.ts'
import { DialogActions, ReasonField } from './dialog-parts.tsx'
import { type ExpiryChoice, ExpiryField, readExpiry } from './expiry-field.tsx'
import { FieldGroup, useFocusOnError } from './field.tsx'
import { FormMessage } from './form-message.tsx'
import { textOf } from './form-text.ts'
import { Lives } from './lives.tsx'
import { Modal } from './modal.tsx'
import { apiOf } from './paths.ts'
import type { IssuedJson } from './secret.tsx'
import { useSending } from './sending.ts'
import { expiry, issue, rotate } from './strings.ts'
import type { ConfirmationJson, KeyJson } from './view.ts'

/** What rotating answers. */
export interface RotatedJson extends IssuedJson {
  readonly previous: KeyJson
  readonly confirmation: ConfirmationJson
}

const DEFAULT_GRACE_MS = 86_400_000

export function RotateDialog({
  entry,
  onClose,
  onRotated,
  onLost,
}: {
  entry: KeyJson
  onClose: () => void
  onRotated: (rotated: RotatedJson) => void
  onLost: (keyId: string) => void
}) {
  const { basePath, serverTime } = useSurroundings()
  const sending = useSending<RotatedJson>(onRotated, onLost)
  const { errors, isBusy, isInDoubt, saying } = sending
  const form = useFocusOnError(errors)
  const [graceMs, setGraceMs] = useState(DEFAULT_GRACE_MS)
  const [endOnFirstUse, setEndOnFirstUse] = useState(false)
  const [chosen, setChosen] = useState<ExpiryChoice>('keep')
  const now = serverTime()

  async function submit(event: SubmitEvent) {
    event.preventDefault()
    if (isBusy || form.current === null) return
    if (isInDoubt) return sending.again()
    const data = new FormData(form.current)
    const choice = readExpiry(data, serverTime())
    const isWrong = choice !== 'keep' && 'error' in choice
    sending.complain(isWrong ? { expiresAt: choice.error } : {})
    if (isWrong) return
    const reason = textOf(data, 'reason').trim()
    await sending.send(apiOf(basePath).act(entry.id, 'rotate'), {
      graceMs,
      endOnFirstUse: endOnFirstUse && graceMs > 0,
      ...(choice !== 'keep' && choice),
      ...(reason !== '' && { reason }),
    })
  }

  return (
    <Modal title={rotate.title} mayClose={!isBusy} onClose={onClose}>
      <p class="lead">{rotate.lead}</p>
      <form class="form" ref={form} onSubmit={(event) => void submit(event)} noValidate aria-busy={isBusy}>
        <fieldset class="plain" disabled={isBusy || isInDoubt}>
          <FieldGroup label={rotate.grace} error={errors.graceMs}>
            <div class="choices choices-row">
              {rotate.graces.map(({ label, ms }) => (
                <label key={ms} class="choice">
                  <input
                    type="radio"
                    name="grace"
                    value={ms}
                    defaultChecked={ms === DEFAULT_GRACE_MS}
                    onChange={() => setGraceMs(ms)}
                  />
                  <span>{label}</span>
                </label>
              ))}
            </div>
            <label class="choice">
              <input
                type="checkbox"
                disabled={graceMs === 0}
                onChange={(event) => setEndOnFirstUse(event.currentTarget.checked)}
              />
              <span>{rotate.endOnFirstUse}</span>
            </label>
          </FieldGroup>
          <Lives
            now={now}
            graceMs={graceMs}
            endOnFirstUse={endOnFirstUse && graceMs > 0}
            oldExpiresAt={entry.expiresAt === null ? null : Date.parse(entry.expiresAt)}
            newExpiresAt={successorEnd(entry, chosen, now)}
          />
          <ExpiryField
            label={rotate.expiry}
            keep={entry.expiresAt === null ? expiry.never : expiry.inherit}
            initial="keep"
            error={errors.expiresAt}
            onChoose={setChosen}
          />
          <ReasonField label={rotate.reason} hint={rotate.reasonHint} error={errors.reason} />
        </fieldset>
        <FormMessage saying={saying} title={isInDoubt && saying?.tone === 'bad' ? issue.unknownTitle : undefined} />
        <DialogActions submit={isInDoubt ? issue.tryAgain : rotate.submit} isBusy={isBusy} onClose={onClose} />
      </form>
    </Modal>
  )
}

/** As the keyring has it: unless another end is chosen, the successor lives as long as the old key was given to live. */
function successorEnd(entry: KeyJson, chosen: ExpiryChoice, now: number): number | null {
  if (chosen !== 'keep') {
    if ('expiresInMs' in chosen) return now + chosen.expiresInMs
    return 'error' in chosen || chosen.expiresAt === null ? null : Date.parse(chosen.expiresAt)
  }
  return entry.expiresAt === null ? null : now + Date.parse(entry.expiresAt) - Date.parse(entry.createdAt)
}
