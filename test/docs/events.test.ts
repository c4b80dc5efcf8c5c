import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readPages, root } from './markdown.ts'

const source = readFileSync(join(root, 'packages/core/src/events.ts'), 'utf8')
const page = readPages().find(({ path }) => path === 'docs/events.md')?.text ?? ''

describe.each([
  [['Reason'], 'denied'],
  [['FailureReason'], 'failed'],
  [['CacheOutcome'], 'cache'],
  [['LeaseOutcome', 'LeaseLoss'], 'lease'],
])('%s', (types, heading) => {
  test(`the tables under "${heading}" have each of its values, and no other`, () => {
    const values = types.flatMap((type) => {
      const declaration = new RegExp(`export type ${type} =(.*?)\\n\\n`, 's').exec(source)?.[1] ?? ''
      return [...declaration.matchAll(/'(\w+)'/g)].map(([, value]) => value)
    })
    expect(values.length).toBeGreaterThan(types.length)

    const section = page.split(/^## /m).find((text) => text.startsWith(`${heading}\n`)) ?? ''
    const rows = [...section.matchAll(/^\| `(\w+)` \|/gm)].map(([, value]) => value)
    expect(rows).toEqual(values)
  })
})
