import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, inject, test } from 'vitest'
import { runtimes } from '../runtimes/binaries.ts'
import { run } from './run.ts'

const consumer = inject('consumer')
const folder = join(consumer, 'node_modules/bearward')
const { bin, engines } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))

const nodes = runtimes.filter(({ name }) => name.startsWith('Node'))
/** Those that the package says it runs on, and those that it does not. */
const [enough, older] = [nodes.filter(({ name }) => name !== 'Node 20'), nodes.filter(({ name }) => name === 'Node 20')]

test('the package has built files alone to run', () => {
  expect(bin).toEqual({ bearward: './dist/main.js' })
  expect(engines).toEqual({ node: '>=22.16' })
})

describe.each(older)('bearward on $name', ({ binary }) => {
  test.each([[['list']], [['--version']], [[]]])('says in one line that %j needs another one', async (argv) => {
    const outcome = promisify(execFile)(binary, [join(folder, bin.bearward), ...argv], { cwd: consumer })
    const { code, stdout, stderr } = (await outcome.catch((error: unknown) => error)) as Record<string, unknown>
    expect([code, stdout]).toEqual([8, ''])
    expect(stderr).toMatch(
      /^bearward: needs Node 22\.16 or later, and this is \d+\.\d+\.\d+; install it from https:\/\/nodejs\.org\n$/,
    )
  })
})

test('what decides whether Node is too old is written for any Node that has modules', () => {
  // Files that are loaded before the version is known; newer syntax would be a SyntaxError and no sentence.
  for (const name of ['main.js', 'node-version.js', 'exit-codes.js']) {
    const text = readFileSync(join(folder, 'dist', name), 'utf8')
    expect(text).not.toMatch(/\?\?=|\|\|=|\bwith\s*\{|#\w+\s*[=(;]|from 'node:/)
  }
})

describe.each(enough)('bearward on $name', ({ name, binary }) => {
  test('makes a token and says nothing else', async () => {
    const { stdout, stderr } = await run(binary, [join(folder, bin.bearward), 'generate', '--prefix', 'acme'], consumer)
    expect(stdout).toMatch(/^acme_[0-9A-Za-z]{49}\n$/)
    expect(stderr).toBe('')
  })

  test('keeps a key in a file, and says nothing else', async () => {
    const common = ['--prefix', 'acme', '--database-url', `keys-${name}.db`.replace(' ', '-')]
    const program = join(folder, bin.bearward)
    expect((await run(binary, [program, 'issue', '--id', 'k1', '--owner', 'a', ...common], consumer)).stdout).toMatch(
      /^acme_/,
    )
    const { stdout, stderr } = await run(binary, [program, 'list', ...common], consumer)
    expect(stdout).toMatch(/^k1 .* active /m)
    expect(stderr).toBe('')
  })
})

test('npm makes it a program', async () => {
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const { stdout } = await run(join(consumer, 'node_modules/.bin/bearward'), ['--version'], consumer)
  expect(stdout).toBe(`${version}\n`)
})
