import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { OLDEST_NODE } from '../../packages/cli/src/node-version.ts'
import { readPages, root } from './markdown.ts'
import { packages } from './source.ts'

interface Manifest {
  readonly name: string
  readonly engines: { readonly node: string }
}

const manifestOf = (folder: string): Manifest => JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'))
const oldest = (folder: string): string => manifestOf(folder).engines.node.replace('>=', '')

/** A number of Node that a text says is needed. */
const NEEDED = /Node (\d+(?:\.\d+)*)(?= (?:or|and) later| on[:.,)])/g

const numbersIn = (text: string): string[] => [...text.matchAll(NEEDED)].map(([, number = '']) => number)

const page = readPages().find(({ path }) => path === 'docs/runtimes.md')?.text ?? ''

test.each(packages.map((name) => [manifestOf(`packages/${name}`).name, oldest(`packages/${name}`)]))(
  'docs/runtimes.md says of %s what its engines say, %s',
  (name, number) => {
    const rows = page.split('\n').filter((line) => line.startsWith('|') && line.includes(`\`${name}\``))
    expect(rows).toHaveLength(1)
    expect(rows[0]).toContain(`| ${number} or later |`)
  },
)

test('docs/runtimes.md says what this repository needs', () => {
  expect(page).toContain(`| this repository from its sources | ${oldest('.')} or later |`)
})

test('every page names one of the numbers that engines have', () => {
  const known = new Set([...packages.map((name) => oldest(`packages/${name}`)), oldest('.')])
  const said = readPages().flatMap(({ path, text }) => numbersIn(text).map((number) => ({ path, number })))
  expect(said.length).toBeGreaterThan(5)
  expect(said.filter(({ number }) => !known.has(number))).toEqual([])
})

test.each([...packages])('the README and the messages of packages/%s name its own number', (name) => {
  const folder = join(root, 'packages', name)
  const sources = readdirSync(join(folder, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => readFileSync(join(folder, 'src', path), 'utf8'))
  const readme = readPages().find(({ path }) => path === `packages/${name}/README.md`)?.text ?? ''
  const others = [...sources, readme].flatMap(numbersIn).filter((number) => number !== oldest(`packages/${name}`))
  expect(others).toEqual([])
})

test('the command line checks for the number of its engines', () => {
  expect(OLDEST_NODE).toBe(oldest('packages/cli'))
  expect(page).toContain('ends with exit code 8')
})
