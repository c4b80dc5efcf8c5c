import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import Ajv from 'ajv-draft-04'
import addFormats from 'ajv-formats'
import { expect, test } from 'vitest'
import { Coverage } from '../src/scan/coverage.ts'
import type { Finding } from '../src/scan/finding.ts'
import { sarifLog } from '../src/scan/sarif.ts'

// The schema of OASIS, as Microsoft's package has it.
const schemaPath = createRequire(import.meta.url).resolve('@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json')
// One expression of the schema is not valid in the Unicode mode that ajv would choose.
const ajv = new Ajv.default({ strict: false, allErrors: true, unicodeRegExp: false })
addFormats.default(ajv)
const isSarif = ajv.compile(JSON.parse(readFileSync(schemaPath, 'utf8')))

const finding: Finding = {
  hint: 'acme_live_4fTq…',
  environment: 'live',
  fingerprint: '0123456789abcdef0123456789abcdef',
  place: { path: 'a folder/é#1?.txt', line: 3, column: 7 },
}

test.each<[string, Finding[]]>([
  ['nothing', []],
  ['a file', [finding]],
  ['an absolute path', [{ ...finding, place: { ...finding.place, path: '/srv/a b' } }]],
  ['history', [{ ...finding, place: { ...finding.place, commit: 'a'.repeat(40) } }]],
])('the log of %s is valid', (_, findings) => {
  isSarif(sarifLog(findings, '0.1.0'))
  expect(isSarif.errors ?? []).toEqual([])
})

test('a log that names what was not read is valid', () => {
  const coverage = new Coverage('file')
  coverage.pass('ignored', () => 'secret.txt')
  coverage.miss('empty', '-')
  coverage.miss('failed', 'a b\ud800', 'a b may not be read')
  coverage.miss('compressed', '/srv/a.zip')
  const log = sarifLog([finding], '0.1.0', { coverage, searched: { prefix: 'acme', origin: 'a file' } })
  isSarif(log)
  expect(isSarif.errors ?? []).toEqual([])
  expect(JSON.stringify(log)).toContain(
    'passed over: 1 ignored by git (secret.txt); not read: 1 unreadable, 1 compressed',
  )
  expect(log).toMatchObject({ runs: [{ invocations: [{ executionSuccessful: false }] }] })
})

test('the schema refuses what is no log', () => {
  expect(isSarif({ ...sarifLog([], '0.1.0'), version: '2.0.0' })).toBe(false)
  expect(isSarif({ version: '2.1.0', runs: [{}] })).toBe(false)
})

test('a path becomes a URI, and a line a region', () => {
  expect(sarifLog([finding], '0.1.0')).toMatchObject({
    runs: [
      {
        results: [
          {
            ruleId: 'bearward/leaked-key',
            message: { text: 'The API key acme_live_4fTq… is here.' },
            locations: [
              {
                physicalLocation: {
                  artifactLocation: { uri: 'a%20folder/%C3%A9%231%3F.txt' },
                  region: { startLine: 3, startColumn: 7 },
                },
              },
            ],
          },
        ],
      },
    ],
  })
})
