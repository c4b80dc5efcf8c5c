import { type Rule, wordExpression } from './rule.ts'

/** https://github.com/trufflesecurity/trufflehog/blob/main/pkg/custom_detectors/CUSTOM_DETECTORS.md */
export function trufflehogRules(rule: Rule): string {
  const keywords = rule.heads.map((head) => `      - '${head}'`).join('\n')
  // Single quotes: YAML reads no escapes there, and the expression has no quote in it.
  return `# Use: trufflehog filesystem PATH --config=THIS_FILE
detectors:
  - name: ${rule.id}
    description: ${rule.name}
    keywords:
${keywords}
    regex:
      key: '${wordExpression(rule)}'`
}
