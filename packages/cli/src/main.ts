#!/usr/bin/env node
// What an older Node could not load stands behind the check of its version: a missing export ends in a SyntaxError.
import { EXIT_CODES } from './exit-codes.ts'
import { tooOld } from './node-version.ts'

const problem = tooOld(process.versions.node)
if (problem === undefined) await import('./start.ts')
else {
  process.stderr.write(`${problem}\n`)
  process.exitCode = EXIT_CODES.runtime
}
