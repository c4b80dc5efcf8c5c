import { useEffect, useId, useState } from 'preact/hooks'
import { useSurroundings } from './context.ts'
import { FieldGroup } from './field.tsx'
import { textOf } from './form-text.ts'
import { DAY, day } from './format.ts'
import { expiry, issue } from './strings.ts'

const PRESETS = [7, 30, 90, 365]

/** Presets, never, or the last day; and first, for a key that there is, that everything stays as it is. */
export function ExpiryField({
  label = issue.expiry,
  hint,
  keep,
  initial,
  error,
  onChoose,
}: {
  label?: string
  hint?: string
  /** What to call the choice that changes nothing; without it there is none. */
  keep?: string
  /** The choice to begin with: days, `keep` or `never`. */
  initial: string
  error: string | undefined
  /** Is told the choice, as `readExpiry()` takes it. */
  onChoose?: (expiresAt: ExpiryChoice) => void
}) {
  const { now, serverTime } = useSurroundings()
  const id = useId()
  const [choice, setChoice] = useState(initial)
  const [date, setDate] = useState('')
  useEffect(() => onChoose?.(chosen(choice, date, serverTime())), [choice, date])
  const options = [
    ...(keep === undefined ? [] : [{ value: 'keep', text: keep, until: undefined }]),
    ...PRESETS.map((days) => ({
      value: String(days),
      text: expiry.days(days),
      until: day(Date.parse(now) + days * DAY),
    })),
    { value: 'never', text: expiry.never, until: undefined },
    { value: 'date', text: expiry.custom, until: undefined },
  ]
  return (
    <FieldGroup label={label} hint={hint} error={error}>
      <div class="choices choices-dates">
        {options.map(({ value, text, until }) => (
          <label key={value} class="choice">
            <input
              type="radio"
              name="expiry"
              value={value}
              defaultChecked={value === initial}
              onChange={() => setChoice(value)}
            />
            <span>{text}</span>
            {until !== undefined && <span class="choice-more">{expiry.until(until)}</span>}
          </label>
        ))}
      </div>
      <div class="field-date" hidden={choice !== 'date'}>
        <label for={id}>{expiry.date}</label>
        <input
          id={id}
          type="date"
          name="lastDay"
          min={new Date(now).toISOString().slice(0, 10)}
          max="9999-12-30"
          aria-invalid={error !== undefined && choice === 'date' ? 'true' : undefined}
          onInput={(event) => setDate(event.currentTarget.value)}
        />
      </div>
    </FieldGroup>
  )
}

/** A moment, never, nothing to change; or why there is none. */
export type ExpiryChoice =
  | { readonly expiresAt: string | null }
  | { readonly expiresInMs: number }
  | 'keep'
  | { readonly error: string }

/** What the form says, at a moment in epoch milliseconds. */
export function readExpiry(data: FormData, now: number): ExpiryChoice {
  return chosen(textOf(data, 'expiry'), textOf(data, 'lastDay'), now)
}

function chosen(choice: string, date: string, now: number): ExpiryChoice {
  if (choice === 'keep') return 'keep'
  if (choice === 'never') return { expiresAt: null }
  // Counted from when the server has it, by its own clock.
  if (choice !== 'date') return { expiresInMs: Number(choice) * DAY }
  // The key works to the end of the day: until midnight, UTC.
  const end = Date.parse(`${date}T00:00:00Z`) + DAY
  if (Number.isNaN(end)) return { error: expiry.dateMissing }
  return end > now ? { expiresAt: new Date(end).toISOString() } : { error: expiry.datePast }
}
