import { type Answer, ask } from './api.ts'

/** Pauses between the attempts, in milliseconds. */
const PAUSES_MS = [500, 1000, 2000, 4000]

/** A request that must not happen twice, however often it is sent. */
export interface OnceOnly {
  readonly path: string
  readonly body: unknown
  readonly idempotencyKey: string
}

/** @returns a request under a name of its own, which every attempt repeats */
export function onceOnly(path: string, body: unknown): OnceOnly {
  return { path, body, idempotencyKey: randomName() }
}

/** What came of it in the end. */
export interface Outcome<T> {
  readonly answer: Answer<T>
  /** Whether what was asked may have happened although the answer does not say so. */
  readonly isInDoubt: boolean
}

/**
 * Sends a request until it is answered: again after a lost connection. What is in doubt in the end may be sent later once
 * more, as it is.
 *
 * @param wasInDoubt whether it was sent before, without an answer
 */
export async function sendOnce<T>(
  { path, body, idempotencyKey }: OnceOnly,
  wasInDoubt: boolean,
  onRetry: (attempt: number) => void,
): Promise<Outcome<T>> {
  let isInDoubt = wasInDoubt
  for (let attempt = 1; ; attempt++) {
    const answer = await ask<T>({ method: 'POST', path, body, headers: { 'Idempotency-Key': idempotencyKey } })
    if (isFinal(answer)) return { answer, isInDoubt: false }
    if (!isRefusal(answer)) isInDoubt = true
    const pauseMs = answer.kind === 'unreachable' ? PAUSES_MS[attempt - 1] : undefined
    if (pauseMs === undefined) return { answer, isInDoubt }
    onRetry(attempt)
    await pause(pauseMs)
  }
}

/** Answers that say what became of every attempt: whoever refuses the request now refused it before as well. */
function isFinal(answer: Answer<unknown>): boolean {
  if (answer.kind !== 'problem') return answer.kind === 'ok'
  return answer.problem.status < 500 && !isRefusal(answer)
}

/** Answers about this attempt alone: it was turned away, and an earlier one may have been let in. */
function isRefusal(answer: Answer<unknown>): boolean {
  return answer.kind === 'signed-out' || (answer.kind === 'problem' && [403, 429].includes(answer.problem.status))
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

/** `crypto.randomUUID()` is for secure contexts alone. */
function randomName(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
