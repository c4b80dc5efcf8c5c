import type { Rule } from './rule.ts'

/**
 * The fields of a custom pattern, as its form names them. Hyperscan's dialect:
 * https://docs.github.com/en/code-security/reference/secret-security/custom-patterns
 */
export function githubRules(rule: Rule): string {
  const pattern = {
    'Pattern name': rule.name,
    'Secret format': rule.token,
    'Before secret': String.raw`\A|[^0-9A-Za-z_]|\\[nrt]`,
    'After secret': String.raw`\z|[^0-9A-Za-z_]`,
  }
  return JSON.stringify(pattern, null, 2)
}
