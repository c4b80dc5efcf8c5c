import type { Digester, KeyFormat } from '@bearward/core'
import { type ForeignFormat, taggedDigest, taggedHandle } from './foreign.ts'
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
  // A format that says nothing of its ids; see `checkKeyringOptions()`.
  if (format.parse(token)?.id !== undefined) {
    throw new TypeError('createKeyring: option `format` must be made by keyFormat()')
  }
  return { token, digest: await digest.digest(token), hint: format.hint(token) }
}

/** Where a key with a token is stored: its digest, and whatever else such a key may have been stored under before. */
export interface TokenPlaces {
  readonly digest: string
  /** Digests under older peppers and in the forms of other systems, and what slow hashes are found by. */
  readonly twins: readonly string[]
}

/** The digests of a token that another system kept; only of one that verifiers let pass. */
export async function readToken(settings: KeyringSettings, token: unknown): Promise<TokenPlaces> {
  if (!isKnown(settings, token)) invalid('token', "of the keyring's own format, or of one of its `imports`")
  const { digest, imports } = settings
  const older = digest.older.map(async (make) => make(token))
  const foreign = imports.filter((format) => format.recognises(token)).map((format) => placesOf(format, token))
  const twins = [...(await Promise.all(older)), ...(await Promise.all(foreign)).flat()]
  return { digest: await digest.digest(token), twins }
}

async function placesOf(format: ForeignFormat, token: string): Promise<string[]> {
  const handle = format.slow?.handle(token)
  const places = (await format.digests(token)).map((each) => taggedDigest(format.name, each))
  return handle === undefined ? places : [...places, taggedHandle(format.name, handle)]
}

/** Whether verifiers let a token pass. */
export function isKnown({ format, imports }: KeyringSettings, token: unknown): token is string {
  return typeof token === 'string' && (format.parse(token) !== null || imports.some((each) => each.recognises(token)))
}

/** Letters and digits in a row, behind the prefix, that are taken for a token, whole or not: no name goes on like that. */
const TOKEN_LIKE = 17
/** As many of them as a hint shows. */
const SHOWN = 4

/**
 * What may be looked for of a text that may hold a token, or most of one: nothing of a token goes to a store but what its
 * hint shows. Every other text stays as it is.
 */
export function cutToken({ prefix, environments }: KeyFormat, text: string): string {
  const heads = environments.length === 0 ? [`${prefix}_`] : environments.map((name) => `${prefix}_${name}_`)
  for (const head of heads) {
    const start = text.indexOf(head)
    const body = text.slice(start + head.length, start + head.length + TOKEN_LIKE)
    // Character by character: a regular expression remembers what it matched.
    if (
      start !== -1 &&
      body.length === TOKEN_LIKE &&
      body.split('').every((character) => /[0-9A-Za-z]/.test(character))
    ) {
      return head + body.slice(0, SHOWN)
    }
  }
  return text
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
