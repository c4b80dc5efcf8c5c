import { type Rule, wordExpression } from './rule.ts'

/** https://github.com/Yelp/detect-secrets/blob/master/docs/plugins.md */
export function detectSecretsRules(rule: Rule): string {
  const className = rule.id.replace(/(?:^|-)(.)/g, (_, letter: string) => letter.toUpperCase())
  // A name in Python begins with a letter; a prefix need not.
  const name = /^\d/.test(className) ? `Key${className}` : className
  return `# Use: detect-secrets scan --plugin THIS_FILE PATH
import re

from detect_secrets.plugins.base import RegexBasedDetector


class ${name}Detector(RegexBasedDetector):
    """Finds keys of the form that bearward issues: ${rule.heads.join(', ')}."""

    secret_type = '${rule.name}'
    denylist = [
        re.compile(r'${wordExpression(rule)}'),
    ]`
}
