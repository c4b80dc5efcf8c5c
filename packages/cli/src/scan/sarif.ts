import type { Finding } from './finding.ts'

const RULE = {
  id: 'bearward/leaked-key',
  name: 'LeakedKey',
  shortDescription: { text: 'An API key is in the text' },
  fullDescription: { text: 'A string has the form of an API key of this project, and its checksum is right.' },
  help: { text: 'Revoke the key, issue another one, and take this one out. Taking it out alone is not enough.' },
  defaultConfiguration: { level: 'error' },
  properties: { tags: ['security'], 'security-severity': '9.0', precision: 'very-high' },
}

/** Findings as a log of SARIF 2.1.0 (https://docs.oasis-open.org/sarif/sarif/v2.1.0/). */
export function sarifLog(findings: readonly Finding[], version: string): object {
  const informationUri = 'https://bearward.dev'
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'bearward', version, informationUri, rules: [RULE] } },
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

/** A path as a URI reference (RFC 3986): relative ones stay so. */
function uriOf(path: string): string {
  const encoded = path.split('/').map(encodeURIComponent).join('/').replace(/^\.\//, '')
  return path.startsWith('/') ? `file://${encoded}` : encoded
}
