import { type KeyFormat, keyFormat } from '@bearward/core'

/** Characters of the longest name of an environment. */
const LONGEST_ENVIRONMENT = 16
/** Characters of base62 behind the head of a token: the random part and the checksum. */
const BODY = 49
/** Formats are kept for this many environments. */
const KEPT_FORMATS = 100

/** The keys to look for. */
export interface Wanted {
  readonly prefix: string
  /**
   * Their environments; empty for keys without one. Default any and none: the checksum proves a key, so that a list of
   * environments that leaves one out hides none.
   */
  readonly environments?: readonly string[]
}

/** Reads tokens of one prefix. */
export class Tokens {
  /** Characters of the longest token. */
  readonly maxLength: number
  readonly #environments: readonly string[] | undefined
  readonly #prefix: string
  readonly #head: string
  readonly #atStart: RegExp
  readonly #formats = new Map<string, KeyFormat>()

  constructor({ prefix, environments }: Wanted) {
    this.#environments = environments
    this.#prefix = prefix
    this.#head = `${prefix}_`
    this.maxLength = prefix.length + 1 + LONGEST_ENVIRONMENT + 1 + BODY
    this.#atStart = new RegExp(`^${prefix}_(?:([a-z0-9]{1,${LONGEST_ENVIRONMENT}})_)?[0-9A-Za-z]{${BODY}}`)
  }

  /** Returns the token that a text begins with, if its checksum is right. */
  readAtStart(text: string): string | undefined {
    const [token, environment] = this.#atStart.exec(text) ?? []
    if (token === undefined || !this.#isWanted(environment)) return undefined
    return this.#formatOf(environment).parse(token) === null ? undefined : token
  }

  /** Returns the tokens in a text, in order. */
  readAll(text: string): readonly string[] {
    const tokens: string[] = []
    this.#replace(text, (token) => {
      tokens.push(token)
      return token
    })
    return tokens
  }

  /** Returns the part of a token that may be shown, and its environment. */
  describe(token: string): { readonly hint: string; readonly environment?: string } {
    const environment = this.#atStart.exec(token)?.[1]
    return {
      hint: this.#formatOf(environment).hint(token),
      ...(environment === undefined ? {} : { environment }),
    }
  }

  /** Replaces each token in a text by its hint. */
  mask(text: string): string {
    return this.#replace(text, (token) => this.describe(token).hint)
  }

  #replace(text: string, replacement: (token: string) => string): string {
    let result = ''
    let done = 0
    for (let at = text.indexOf(this.#head); at !== -1; at = text.indexOf(this.#head, at + 1)) {
      const token = at < done ? undefined : this.readAtStart(text.slice(at, at + this.maxLength))
      if (token === undefined) continue
      result += text.slice(done, at) + replacement(token)
      done = at + token.length
    }
    return result + text.slice(done)
  }

  #isWanted(environment: string | undefined): boolean {
    if (this.#environments === undefined) return true
    return environment === undefined ? this.#environments.length === 0 : this.#environments.includes(environment)
  }

  #formatOf(environment: string | undefined): KeyFormat {
    const name = environment ?? ''
    const known = this.#formats.get(name)
    if (known !== undefined) return known
    if (this.#formats.size >= KEPT_FORMATS) this.#formats.clear()
    const format = keyFormat({ prefix: this.#prefix, environments: environment === undefined ? [] : [environment] })
    this.#formats.set(name, format)
    return format
  }
}
