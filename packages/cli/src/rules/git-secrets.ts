import type { Rule } from './rule.ts'

/**
 * One pattern a line, as a provider prints them: https://github.com/awslabs/git-secrets#providers. Git-secrets hands
 * them to `grep -wE`: that demands whole words by itself, and knows neither `\b` nor `(?:`.
 */
export function gitSecretsRules({ token }: Rule): string {
  return String.raw`(\\[nrt])?${token.replaceAll('(?:', '(')}`
}
