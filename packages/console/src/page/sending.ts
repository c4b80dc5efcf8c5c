import { useState } from 'preact/hooks'
import type { Answer } from './api.ts'
import type { FieldErrors } from './field.tsx'
import { duration } from './format.ts'
import { useLeaveGuard } from './secret.tsx'
import { type OnceOnly, onceOnly, sendOnce } from './send-once.ts'
import { issue, problems, units } from './strings.ts'
import type { ProblemJson } from './view.ts'

/** What a form says about the request it sent. */
export interface Saying {
  readonly tone: 'warn' | 'bad'
  readonly text: string
  /** Whether signing in again may help. */
  readonly signIn?: boolean
}

/** The state of a form whose request must not happen twice. */
export interface Sending {
  readonly isBusy: boolean
  /** The request may have happened: until that is known, only the same one may be sent. */
  readonly isInDoubt: boolean
  readonly saying: Saying | null
  readonly errors: FieldErrors
  readonly complain: (errors: FieldErrors) => void
  readonly send: (path: string, body: unknown) => Promise<void>
  /** Sends again what is in doubt, as it was. */
  readonly again: () => Promise<void>
  /** Lets the input be changed although the outcome is not known. */
  readonly giveUp: () => void
}

/** For issue and rotate: one name for each request, kept until its outcome is known. */
export function useSending<T>(onDone: (body: T) => void, onLost: (keyId: string) => void): Sending {
  const [isBusy, setBusy] = useState(false)
  const [saying, setSaying] = useState<Saying | null>(null)
  const [errors, setErrors] = useState<FieldErrors>({})
  const [doubt, setDoubt] = useState<OnceOnly | null>(null)
  useLeaveGuard(isBusy || doubt !== null)

  async function send(request: OnceOnly): Promise<void> {
    setBusy(true)
    setErrors({})
    setSaying(null)
    const { answer, isInDoubt } = await sendOnce<T>(request, request === doubt, (attempt) =>
      setSaying({ tone: 'warn', text: issue.retrying(attempt) }),
    )
    setBusy(false)
    // After an answer that settles it, the next request is another one. Until then, only the same one is safe.
    setDoubt(isInDoubt ? request : null)
    if (answer.kind === 'ok') return onDone(answer.body)
    // Issued, and the answer with the token is gone: asking again would not bring it back.
    if (answer.kind === 'problem' && answer.problem.keyId !== undefined) {
      setDoubt(null)
      return onLost(answer.problem.keyId)
    }
    setErrors(fieldErrorsOf(answer))
    setSaying(isInDoubt && answer.kind === 'unreachable' ? { tone: 'bad', text: issue.unknown } : sayingOf(answer))
  }

  return {
    isBusy,
    isInDoubt: doubt !== null && !isBusy,
    saying,
    errors,
    complain(found) {
      setErrors(found)
      setSaying(Object.keys(found).length === 0 ? null : { tone: 'bad', text: problems.check })
    },
    send: (path, body) => send(onceOnly(path, body)),
    again: () => (doubt === null ? Promise.resolve() : send(doubt)),
    giveUp() {
      setDoubt(null)
      setSaying({ tone: 'warn', text: issue.changed })
    },
  }
}

/** What an answer says about single fields. */
export function fieldErrorsOf(answer: Answer<unknown>): FieldErrors {
  if (answer.kind !== 'problem') return {}
  return Object.fromEntries((answer.problem.errors ?? []).map(({ field, detail }) => [field, detail]))
}

/** What an answer other than success says, to a person. */
export function sayingOf(answer: Answer<unknown>): Saying | null {
  switch (answer.kind) {
    case 'ok':
      return null
    case 'signed-out':
      return { tone: 'bad', text: problems.signedOut, signIn: true }
    case 'unreachable':
      return { tone: 'bad', text: problems.unreachable }
    case 'problem':
      return { tone: 'bad', text: textOf(answer.problem, answer.retryAfterMs) }
  }
}

function textOf({ status, title, detail, errors = [] }: ProblemJson, retryAfterMs: number | null): string {
  if (status === 429)
    return problems.tooMany(retryAfterMs === null ? units.anyMoment : units.ahead(duration(retryAfterMs)))
  if (errors.length === 0) return detail || title
  // What no field can say for itself is said here.
  const others = errors.filter(({ field }) => !FIELDS.includes(field)).map((one) => `${one.field}: ${one.detail}`)
  return [problems.check, ...others].join(' ')
}

/** Those that have a place of their own for what is wrong with them. */
const FIELDS = ['name', 'owner', 'environment', 'scopes', 'expiresAt', 'metadata', 'reason']
