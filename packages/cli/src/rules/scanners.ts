import { detectSecretsRules } from './detect-secrets.ts'
import { gitSecretsRules } from './git-secrets.ts'
import { githubRules } from './github.ts'
import { gitleaksRules } from './gitleaks.ts'
import type { Rule } from './rule.ts'
import { secretlintRules } from './secretlint.ts'
import { trufflehogRules } from './trufflehog.ts'

/** The scanners that rules can be written for. */
export const SCANNERS: Readonly<Record<string, (rule: Rule) => string>> = {
  gitleaks: gitleaksRules,
  trufflehog: trufflehogRules,
  'git-secrets': gitSecretsRules,
  secretlint: secretlintRules,
  github: githubRules,
  'detect-secrets': detectSecretsRules,
}
