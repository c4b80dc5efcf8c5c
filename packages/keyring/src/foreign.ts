import type { MaybePromise, ParsedToken, SecretCheck, SecretHash, TokenFormat } from '@bearward/core'

/**
 * Tokens that another system issued: what they look like, and what that system stores of them. `@bearward/import` has one
 * for each of the systems it knows. Whatever is stored stands behind the name, so that digests of different systems never
 * meet, and a digest that leaked can never be presented as a token.
 */
export interface ForeignFormat {
  /** Stands before all that is stored, as in `unkey:Vv27…`: 1 to 32 lower-case letters, digits and single `-` inside. */
  readonly name: string
  /** Length of the longest token. */
  readonly maxLength: number
  /**
   * Whether a token has this shape: by prefix, length, alphabet and checksum. Asked of every token that is not the
   * keyring's own; must be pure, must not keep the token, and must not throw.
   */
  recognises(token: string): boolean
  /** What the system may store of a token that has this shape. Each must prove the token, as a digest does. */
  digests(token: string): MaybePromise<readonly string[]>
  /** Where the system keeps slow hashes of tokens: how to find the key, and how to check the hash. */
  readonly slow?: SlowHashes | undefined
}

/** How tokens are checked of which a system stores no digest. */
export interface SlowHashes {
  /** The part of a token that the key is found by. Proves nothing. `undefined` when this token has none. */
  handle(token: string): string | undefined
  /**
   * Whether `stored` was made from this token.
   *
   * @throws when `stored` cannot be read, or when too many checks are waiting
   */
  verify(token: string, stored: string, signal: AbortSignal, check?: SecretCheck): Promise<boolean>
  /**
   * Takes as long as `verify()`, for a token whose handle is unknown, so that time does not tell which handles exist. Default:
   * such a token is refused at once.
   *
   * @throws when too many checks are waiting, as `verify()` would
   */
  decoy?(token: string, signal: AbortSignal, check: SecretCheck): Promise<void>
}

/** What is stored of a foreign token: its digest behind the name of its format. */
export function taggedDigest(format: string, digest: string): string {
  return `${format}:${digest}`
}

/** What a key with a slow hash is found by. Never equal to a digest: names hold no `~`. */
export function taggedHandle(format: string, handle: string): string {
  return `${format}~:${handle}`
}

/**
 * All foreign formats as one: a token of several shapes is looked for under the digests of all of them, in one query. So
 * their order decides nothing, and a bad token costs one lookup whatever it looks like.
 */
export function foreignTokens(formats: readonly ForeignFormat[]): TokenFormat {
  const recognising = (token: string): ForeignFormat[] => formats.filter((format) => format.recognises(token))
  const alsoStoredAs = (token: string): MaybePromise<readonly string[]> => {
    const tagged = recognising(token).map((format) => tagAll(format.name, format.digests(token)))
    return tagged.some((each) => each instanceof Promise)
      ? Promise.all(tagged.map(async (each) => each)).then((all) => all.flat())
      : (tagged as string[][]).flat()
  }
  const plain: ParsedToken = Object.freeze({ alsoStoredAs })
  return Object.freeze({
    maxLength: Math.max(...formats.map(({ maxLength }) => maxLength)),
    parse(token: string) {
      const shapes = recognising(token)
      for (const { name, slow } of shapes) {
        const handle = slow?.handle(token)
        // The hash covers all of the token, so that all of it is the secret.
        if (handle !== undefined) return { id: taggedHandle(name, handle), secret: token, alsoStoredAs }
      }
      return shapes.length === 0 ? null : plain
    },
  })
}

function tagAll(name: string, digests: MaybePromise<readonly string[]>): MaybePromise<string[]> {
  return digests instanceof Promise
    ? digests.then((all) => all.map((digest) => taggedDigest(name, digest)))
    : digests.map((digest) => taggedDigest(name, digest))
}

/**
 * Checks the slow hashes of all formats.
 *
 * @param proved told of each token that was right, with the hash that it was checked against
 */
export function foreignHashes(
  formats: readonly ForeignFormat[],
  proved: (token: string, stored: string) => MaybePromise<void>,
): SecretHash {
  return Object.freeze({
    async verify(token: string, stored: string, signal: AbortSignal, check?: SecretCheck) {
      const cut = stored.indexOf(':')
      const name = stored.slice(0, cut)
      const format = formats.find((each) => each.name === name && each.slow !== undefined)
      if (format?.slow === undefined) throw new TypeError('secretHash: no format of `imports` checks this hash')
      const isRight = await format.slow.verify(token, stored.slice(cut + 1), signal, check)
      if (isRight === true) await proved(token, stored)
      return isRight === true
    },
    async decoy(token: string, signal: AbortSignal, check: SecretCheck) {
      const format = formats.find(({ name, slow }) => slow !== undefined && check.id.startsWith(taggedHandle(name, '')))
      await format?.slow?.decoy?.(token, signal, check)
    },
  })
}

const NAME = /^[a-z0-9]+(?:-[a-z0-9]+)*$/

/** @throws {TypeError} naming what cannot be used */
export function checkImports(imports: unknown): readonly ForeignFormat[] {
  if (!Array.isArray(imports)) fail('option `imports` must be a list of formats')
  for (const format of imports as Partial<ForeignFormat>[]) {
    if (typeof format?.recognises !== 'function' || typeof format.digests !== 'function') {
      fail('option `imports` must hold formats such as unkeyKeys()')
    }
    if (typeof format.name !== 'string' || format.name.length > 32 || !NAME.test(format.name)) {
      fail('the `name` of a format in `imports` must be 1 to 32 lower-case letters, digits and single - inside')
    }
  }
  return Object.freeze([...(imports as ForeignFormat[])])
}

function fail(message: string): never {
  throw new TypeError(`createKeyring: ${message}`)
}
