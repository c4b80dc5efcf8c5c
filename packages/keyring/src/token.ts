import type { Digester, KeyFormat } from '@bearward/core'
import { invalid } from './input.ts'
import type { KeyringSettings } from './options.ts'

/** What a new token leaves behind, and the token itself, which is handed to the caller and kept nowhere. */
export interface NewToken {
  readonly token: string
  readonly digest: string
  readonly hint: string
}

/** With `readToken`, the one place of the keyring in which a token exists. */
export async function makeToken(format: KeyFormat, digest: Digester, environment: string | null): Promise<NewToken> {
  const token = format.generate(environment ?? undefined)
  return { token, digest: await digest.digest(token), hint: format.hint(token) }
}

/** The digest of a token that another system kept; only of one that verifiers let pass. */
export async function readToken(settings: KeyringSettings, token: unknown): Promise<string> {
  if (!isKnown(settings, token)) invalid('token', "of the keyring's own format, or of one of its `imports`")
  return settings.digest.digest(token)
}

/** The digests that a token may be stored under, the keyring's own first; none of one that no verifier lets pass. */
export async function digestsOf(settings: KeyringSettings, token: unknown): Promise<readonly string[]> {
  if (!isKnown(settings, token)) return []
  const { digest } = settings
  return Promise.all([digest.digest(token), ...digest.older.map((older) => older(token))])
}

function isKnown({ format, imports }: KeyringSettings, token: unknown): token is string {
  return typeof token === 'string' && (format.parse(token) !== null || imports.some((each) => each.recognises(token)))
}

/** The environment that a new key gets: the format's first, unless another one is named. */
export function environmentOf({ environments }: KeyFormat, given: string | null | undefined): string | null {
  if (given === undefined || given === null) return environments[0] ?? null
  if (!environments.includes(given)) {
    invalid(
      'environment',
      environments.length === 0 ? 'left out: the format has none' : `one of ${environments.join(', ')}`,
    )
  }
  return given
}
