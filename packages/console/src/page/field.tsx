import type { ComponentChildren } from 'preact'
import { useEffect, useId, useRef } from 'preact/hooks'
import { common } from './strings.ts'

/** What is wrong, by the name of the field it is about. */
export type FieldErrors = Readonly<Record<string, string>>

interface FieldProps {
  readonly label: string
  readonly hint?: string | undefined
  readonly error?: string | undefined
  readonly isOptional?: boolean
}

/** A text field with its label, what helps to fill it, and what is wrong with it. */
export function TextField({
  label,
  hint,
  error,
  isOptional = false,
  name,
  rows,
  maxLength,
  defaultValue = '',
  isDisabled = false,
  children,
}: FieldProps & {
  name: string
  /** More than one line. */
  rows?: number
  maxLength?: number
  defaultValue?: string
  isDisabled?: boolean
  /** What else there is to choose, below the field. */
  children?: ComponentChildren
}) {
  const id = useId()
  const shared = {
    id,
    name,
    defaultValue,
    maxLength,
    disabled: isDisabled,
    autocomplete: 'off' as const,
    spellcheck: false,
    'aria-invalid': error === undefined ? undefined : ('true' as const),
    'aria-describedby': describedBy(id, hint, error),
  }
  return (
    <div class="field">
      <label for={id}>
        {label}
        {isOptional && <Optional />}
      </label>
      <Hint id={id} text={hint} />
      {rows === undefined ? <input type="text" {...shared} /> : <textarea rows={rows} {...shared} />}
      {children}
      <FieldError id={id} text={error} />
    </div>
  )
}

/** Fields that belong together, under one name and one message. */
export function FieldGroup({
  label,
  hint,
  error,
  isOptional = false,
  children,
}: FieldProps & { children: ComponentChildren }) {
  const id = useId()
  return (
    <fieldset
      class="field"
      aria-describedby={describedBy(id, hint, error)}
      data-invalid={error === undefined ? undefined : ''}
      tabIndex={-1}
    >
      <legend>
        {label}
        {isOptional && <Optional />}
      </legend>
      <Hint id={id} text={hint} />
      {children}
      <FieldError id={id} text={error} />
    </fieldset>
  )
}

function Optional() {
  return <span class="optional"> {common.optional}</span>
}

function Hint({ id, text }: { id: string; text: string | undefined }) {
  return text === undefined ? null : (
    <p class="hint" id={`${id}-hint`}>
      {text}
    </p>
  )
}

function FieldError({ id, text }: { id: string; text: string | undefined }) {
  return text === undefined ? null : (
    <p class="error" id={`${id}-error`}>
      {text}
    </p>
  )
}

function describedBy(id: string, hint: string | undefined, error: string | undefined): string | undefined {
  const ids = [hint !== undefined && `${id}-hint`, error !== undefined && `${id}-error`].filter(Boolean)
  return ids.length === 0 ? undefined : ids.join(' ')
}

/** Moves the focus to the first field with an error, each time there are new ones. */
export function useFocusOnError(errors: FieldErrors): { current: HTMLFormElement | null } {
  const form = useRef<HTMLFormElement>(null)
  useEffect(() => {
    if (Object.keys(errors).length === 0) return
    const group = form.current?.querySelector<HTMLElement>('[aria-invalid="true"], [data-invalid]')
    // Of a group, its first field: a person goes on from there.
    const field = group?.matches('fieldset')
      ? (group.querySelector<HTMLElement>('input:checked, input, textarea') ?? group)
      : group
    field?.focus()
  }, [errors])
  return form
}
