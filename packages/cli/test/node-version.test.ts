import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { OLDEST_NODE, tooOld } from '../src/node-version.ts'

test('the oldest Node is the one of the package', () => {
  const manifest = JSON.parse(readFileSync(join(import.meta.dirname, '../package.json'), 'utf8'))
  expect(manifest.engines.node).toBe(`>=${OLDEST_NODE}`)
})

test.each(['22.16.0', '22.23.3', '24.0.0', '26.10.0', '100.0.0'])('Node %s is new enough', (version) => {
  expect(tooOld(version)).toBeUndefined()
})

test.each(['22.15.1', '22.0.0', '20.20.2', '18.0.0', '8.17.0'])('Node %s is refused in one line', (version) => {
  expect(tooOld(version)).toBe(
    `bearward: needs Node ${OLDEST_NODE} or later, and this is ${version}; install it from https://nodejs.org`,
  )
})
