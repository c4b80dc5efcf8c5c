import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { KEY_STATES, TRANSITIONS } from '@bearward/keyring'
import { expect, test } from 'vitest'
import { readPages, root } from './markdown.ts'

const page = readPages().find(({ path }) => path === 'docs/keyring.md')?.text ?? ''

test('the table of transitions is the one in the code', () => {
  const [heading = '', , ...rows] = /^\| state \| `update`.*?\n\n/ms.exec(page)?.[0].trim().split('\n') ?? []
  const actions = cellsOf(heading).slice(1)
  const written = rows
    .map(cellsOf)
    .map(([state, ...rules]) => [state, Object.fromEntries(rules.map((rule, index) => [actions[index], rule]))])
  expect(Object.fromEntries(written)).toEqual(TRANSITIONS)
  expect(written.map(([state]) => state)).toEqual(KEY_STATES)
})

test('the table of events has each of them, and no other', () => {
  const source = readFileSync(join(root, 'packages/keyring/src/events.ts'), 'utf8')
  const facts = /export interface KeyringEventFacts \{(.*?)\n\}/s.exec(source)?.[1] ?? ''
  const names = [...facts.matchAll(/^ {2}(\w+): /gm)].map(([, name]) => name)
  expect(names.length).toBeGreaterThan(10)
  const table = /^\| event \|.*?\n\n/ms.exec(page)?.[0] ?? ''
  expect([...table.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name)).toEqual(names)
})

test('docs/errors.md has each code, and no other', () => {
  const source = readFileSync(join(root, 'packages/keyring/src/errors.ts'), 'utf8')
  const type = /export type KeyringErrorCode =(.*?)\n\n/s.exec(source)?.[1] ?? ''
  const codes = [...type.matchAll(/'(\w+)'/g)].map(([, code]) => code)
  expect(codes.length).toBeGreaterThan(5)
  const errors = readPages().find(({ path }) => path === 'docs/errors.md')?.text ?? ''
  const table = /^\| code \|.*?\n\n/ms.exec(errors.split("## The keyring's methods")[1] ?? '')?.[0] ?? ''
  expect([...table.matchAll(/^\| `(\w+)` \|/gm)].map(([, code]) => code)).toEqual(codes)
})

function cellsOf(row: string): string[] {
  return row
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim().replaceAll('`', ''))
}
