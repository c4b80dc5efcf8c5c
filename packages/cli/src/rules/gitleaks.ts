import { type Rule, wordExpression } from './rule.ts'

/** https://github.com/gitleaks/gitleaks#configuration */
export function gitleaksRules(rule: Rule): string {
  // Gitleaks lowers the text before it looks for keywords.
  const keywords = rule.heads.map((head) => JSON.stringify(head.toLowerCase())).join(', ')
  return `# Use: gitleaks detect --config THIS_FILE. To keep the rules that gitleaks has, add [extend] useDefault = true.
title = "${rule.name}"

[[rules]]
id = "${rule.id}"
description = "${rule.name}"
regex = '''${wordExpression(rule)}'''
secretGroup = 1
keywords = [${keywords}]
tags = ["api-key"]`
}
