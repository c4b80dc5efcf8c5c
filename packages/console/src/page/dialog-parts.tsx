import type { ComponentChildren } from 'preact'
import { TextField } from './field.tsx'
import { common } from './strings.ts'

/** The end of a dialog's form: what sends it, what else there is to choose, and the way out. */
export function DialogActions({
  submit,
  tone = 'main',
  isBusy,
  onClose,
  children,
}: {
  submit: string
  tone?: 'main' | 'danger'
  isBusy: boolean
  onClose: () => void
  children?: ComponentChildren
}) {
  return (
    <div class="form-actions">
      <button class={`button button-${tone}`} type="submit" aria-disabled={isBusy}>
        {isBusy ? common.working : submit}
      </button>
      {children}
      <button class="button" type="button" aria-disabled={isBusy} onClick={isBusy ? undefined : onClose}>
        {common.cancel}
      </button>
    </div>
  )
}

/** Why a key is changed, for the audit trail. */
export function ReasonField({ label, hint, error }: { label: string; hint: string; error: string | undefined }) {
  return <TextField name="reason" label={label} hint={hint} isOptional error={error} maxLength={1000} />
}
