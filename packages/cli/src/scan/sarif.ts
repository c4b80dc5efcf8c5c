import type { Coverage } from './coverage.ts'
import type { Finding } from './finding.ts'
import type { Searched } from './report.ts'
import { describePassed, describeSkipped } from './verdict.ts'

const RULE = {
  id: 'bearward/leaked-key',
  name: 'LeakedKey',
  shortDescription: { text: 'An API key is in the text' },
  fullDescription: { text: 'A string has the form of an API key of this project, and its checksum is right.' },
  help: { text: 'Revoke the key, issue another one, and take this one out. Taking it out alone is not enough.' },
  defaultConfiguration: { level: 'error' },
  properties: { tags: ['security'], 'security-severity': '9.0', precision: 'very-high' },
}

/**
 * Findings as a log of SARIF 2.1.0 (https://docs.oasis-open.org/sarif/sarif/v2.1.0/).
 *
 * @param scan what was read and what was not; without it, the log does not say
 */
export function sarifLog(
  findings: readonly Finding[],
  version: string,
  scan?: { readonly coverage: Coverage; readonly searched: Searched },
): object {
  const informationUri = 'https://bearward.dev'
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'bearward', version, informationUri, rules: [RULE] } },
        ...(scan && { invocations: [invocationOf(scan.coverage, scan.searched)] }),
        columnKind: 'utf16CodeUnits',
        results: findings.map(resultOf),
      },
    ],
  }
}

function resultOf({ hint, fingerprint, place }: Finding): object {
  const where = place.commit === undefined ? '' : ` (commit ${place.commit})`
  return {
    ruleId: RULE.id,
    ruleIndex: 0,
    level: 'error',
    message: { text: `The API key ${hint} is here${where}.` },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: uriOf(place.path) },
          region: { startLine: place.line, startColumn: place.column },
        },
      },
    ],
    partialFingerprints: { 'bearwardToken/v1': fingerprint },
    ...(place.commit === undefined ? {} : { properties: { commit: place.commit } }),
  }
}

function invocationOf(coverage: Coverage, { prefix, origin }: Searched): object {
  const unread = coverage.unread.map((skipped) => ({
    level: 'warning',
    message: { text: describeSkipped(skipped) },
    locations: [{ physicalLocation: { artifactLocation: { uri: uriOf(skipped.path) } } }],
  }))
  const passedOver = describePassed(coverage)
  const source = origin === undefined ? '' : `, as ${origin} says`
  const notes = [
    `searched for keys that begin with ${prefix}_${source}`,
    ...(passedOver === undefined ? [] : [passedOver]),
  ]
  return {
    executionSuccessful: coverage.isComplete,
    toolExecutionNotifications: [...unread, ...notes.map((text) => ({ level: 'note', message: { text } }))],
  }
}

/** A path as a URI reference (RFC 3986): relative ones stay so. */
function uriOf(path: string): string {
  const encoded = path
    .replace(/\p{Cs}/gu, '\ufffd')
    .split('/')
    .map(encodeURIComponent)
    .join('/')
    .replace(/^\.\//, '')
  return path.startsWith('/') ? `file://${encoded}` : encoded
}
