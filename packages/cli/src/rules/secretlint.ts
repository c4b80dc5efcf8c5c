import { type Rule, wordExpression } from './rule.ts'

/** https://github.com/secretlint/secretlint/tree/master/packages/%40secretlint/secretlint-rule-pattern */
export function secretlintRules(rule: Rule): string {
  const patterns = [{ name: rule.name, patterns: [`/${wordExpression(rule)}/`] }]
  const config = { rules: [{ id: '@secretlint/secretlint-rule-pattern', options: { patterns } }] }
  return JSON.stringify(config, null, 2)
}
