// Prints `N passed, N failed` over all test runs of the last check. Its argument is the exit code of that check.
import { existsSync, readdirSync, readFileSync } from 'node:fs'

const folder = new URL('../.vitest/results/', import.meta.url)
const files = existsSync(folder) ? readdirSync(folder) : []

let passed = 0
let failed = 0
for (const name of files) {
  const report = JSON.parse(readFileSync(new URL(name, folder), 'utf8'))
  passed += report.numPassedTests
  failed += report.numFailedTests
  // A file that cannot be loaded fails without any test of its own failing.
  failed += report.testResults.filter(isBrokenFile).length
}

// A step that is not a test, such as the type check, counts as one failure.
if (process.argv[2] !== '0' && failed === 0) failed = 1
console.log(`${passed} passed, ${failed} failed`)

function isBrokenFile({ status, assertionResults }) {
  return status === 'failed' && !assertionResults.some((test) => test.status === 'failed')
}
