import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readPages, root } from './markdown.ts'

const source = readFileSync(join(root, 'packages/core/src/events.ts'), 'utf8')
const page = readPages().find(({ path }) => path === 'docs/events.md')?.text ?? ''

describe.each([
  ['Reason', 'denied'],
  ['FailureReason', 'failed'],
  ['CacheOutcome', 'cache'],
])('%s', (type, heading) => {
  test(`the table under "${heading}" has each of its values, and no other`, () => {
    const declaration = new RegExp(`export type ${type} =(.*?)\\n\\n`, 's').exec(source)?.[1] ?? ''
    const values = [...declaration.matchAll(/'(\w+)'/g)].map(([, value]) => value)
    expect(values.length).toBeGreaterThan(1)

    const section = page.split(/^## /m).find((text) => text.startsWith(`${heading}\n`)) ?? ''
    const rows = [...section.matchAll(/^\| `(\w+)` \|/gm)].map(([, value]) => value)
    expect(rows).toEqual(values)
  })
})
