import type { KeyFormat } from '@bearward/core'

/** What a scanner has to know of a format. */
export interface Rule {
  /** `acme-api-key`, where a scanner wants an identifier. */
  readonly id: string
  /** `acme API key`, for people. */
  readonly name: string
  /** Finds one key and nothing around it, in every dialect of regular expressions. No groups that capture. */
  readonly token: string
  /** The texts that every key begins with. */
  readonly heads: readonly string[]
}

export function ruleOf(format: KeyFormat): Rule {
  const { prefix, environments } = format
  return {
    id: `${prefix.replaceAll('_', '-').toLowerCase()}-api-key`,
    name: `${prefix} API key`,
    token: format.pattern.source.replaceAll('(', '(?:'),
    heads: environments.length === 0 ? [`${prefix}_`] : environments.map((name) => `${prefix}_${name}_`),
  }
}

/**
 * The expression for scanners that know `\b` and take a group for the secret: a whole word, or what follows the `\n` of
 * a string literal, where the `n` would otherwise pass for the beginning of the word.
 */
export function wordExpression({ token }: Rule): string {
  return String.raw`(?:\b|\\[nrt])(${token})\b`
}
