import type { Answer } from './api.ts'
import { duration } from './format.ts'
import { confirmation as words } from './strings.ts'
import type { ChainKeyJson, ConfirmationJson, KeyJson, KeyStateJson } from './view.ts'

/** What every change but issuing and rotating answers. */
export interface ChangedJson {
  readonly key: KeyJson
  readonly confirmation: ConfirmationJson
  /** Other keys of its rotation that were ended with it: of revoking. */
  readonly alsoEnded?: readonly ChainKeyJson[]
  /** Keys of its rotation that are accepted still: of revoking and disabling. */
  readonly stillAccepted?: readonly ChainKeyJson[]
}

/** How it went, in words: what is known, and no more. */
export interface Report {
  readonly tone: 'good' | 'done' | 'warn'
  readonly title: string
  readonly text: string
  readonly alsoEnded?: readonly ChainKeyJson[]
  readonly stillAccepted?: readonly ChainKeyJson[]
}

/**
 * @param refuses whether the change makes requests fail: then what is confirmed is that they do
 * @param changed the answer, whose key has the state that the report must not contradict
 */
export function reportOf(title: string, changed: ChangedJson, refuses: boolean): Report {
  const { key, confirmation, alsoEnded = [], stillAccepted = [] } = changed
  const others = { alsoEnded, stillAccepted }
  if (!confirmation.confirmed) return { tone: 'warn', title, text: boundOf(confirmation.boundMs), ...others }
  const time = words.milliseconds(confirmation.elapsedMs)
  const parts = [
    (refuses ? words.refused : words.applied)(time),
    ...(confirmation.acknowledged > 0 ? [words.acknowledged(confirmation.acknowledged)] : []),
    ...(confirmation.silent > 0 ? [words.silent(confirmation.silent)] : []),
  ]
  return { tone: toneIn(key.state), title, text: parts.join(' '), ...others }
}

/** Green beside a green badge alone: that a key was revoked is done, and no good news. */
export function toneIn(state: KeyStateJson): Report['tone'] {
  return state === 'active' ? 'good' : 'done'
}

/** A change that was written down and could not be confirmed is no failure, and no success either. */
export function unconfirmedReport(title: string, answer: Answer<unknown>): (Report & { key: KeyJson | null }) | null {
  if (answer.kind !== 'problem' || answer.problem.code !== 'unconfirmed') return null
  return { tone: 'warn', title, text: boundOf(null), key: answer.problem.key ?? null }
}

function boundOf(boundMs: number | null): string {
  return boundMs === null ? words.unconfirmedUnknown : words.unconfirmed(duration(boundMs))
}
