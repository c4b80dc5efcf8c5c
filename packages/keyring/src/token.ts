import type { Digester, KeyFormat } from '@bearward/core'
import { invalid } from './input.ts'

/** What a new token leaves behind, and the token itself, which is handed to the caller and kept nowhere. */
export interface NewToken {
  readonly token: string
  readonly digest: string
  readonly hint: string
}

/** The one place of the keyring in which a token exists. */
export async function makeToken(format: KeyFormat, digest: Digester, environment: string | null): Promise<NewToken> {
  const token = format.generate(environment ?? undefined)
  return { token, digest: await digest.digest(token), hint: format.hint(token) }
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
