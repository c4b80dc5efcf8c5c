import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, inject, test } from 'vitest'
import { runtimes } from '../runtimes/binaries.ts'
import { run } from './run.ts'

const consumer = inject('consumer')
const folder = join(consumer, 'node_modules/bearward')
const { bin, engines } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))

/** Those that the package says it runs on. */
const nodes = runtimes.filter(({ name }) => name.startsWith('Node') && name !== 'Node 20')

test('the package has built files alone to run', () => {
  expect(bin).toEqual({ bearward: './dist/main.js' })
  expect(engines).toEqual({ node: '>=22.16' })
})

describe.each(nodes)('bearward on $name', ({ binary }) => {
  test('makes a token and says nothing else', async () => {
    const { stdout, stderr } = await run(binary, [join(folder, bin.bearward), 'generate', '--prefix', 'acme'], consumer)
    expect(stdout).toMatch(/^acme_[0-9A-Za-z]{49}\n$/)
    expect(stderr).toBe('')
  })
})

test('npm makes it a program', async () => {
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const { stdout } = await run(join(consumer, 'node_modules/.bin/bearward'), ['--version'], consumer)
  expect(stdout).toBe(`${version}\n`)
})
