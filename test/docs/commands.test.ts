import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readPages, root } from './markdown.ts'

const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> }

/** What npm and pnpm do themselves. */
const OWN_COMMANDS = ['install', 'ci', 'exec', 'add']

test('sh blocks and prose name only scripts that exist', () => {
  const commands = readPages().flatMap(({ path, text, blocks }) => {
    const inBlocks = blocks.filter(({ language }) => language === 'sh').map(({ code }) => code)
    const inProse = [...text.matchAll(/`((?:npm|pnpm) [^`\n]+)`/g)].map(([, code]) => code as string)
    return [...inBlocks, ...inProse]
      .flatMap((code) => [...code.matchAll(/\b(?:npm|pnpm)(?: run)? ([a-z][\w:]*)/g)])
      .map(([, name]) => ({ path, name: name as string }))
  })
  expect(commands.length).toBeGreaterThan(5)
  const strays = commands.filter(({ name }) => scripts[name] === undefined && !OWN_COMMANDS.includes(name))
  expect(strays).toEqual([])
})

test('the README names the commands that a newcomer starts with', () => {
  const readme = readFileSync(join(root, 'README.md'), 'utf8')
  for (const command of ['npm run demo', 'npm test', 'npm run size']) expect(readme).toContain(command)
})
