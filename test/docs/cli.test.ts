import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { EXIT_CODES } from '../../packages/cli/src/exit-codes.ts'
import { SCANNERS } from '../../packages/cli/src/rules/scanners.ts'
import { SETTINGS } from '../../packages/cli/src/settings.ts'
import { readPages, root } from './markdown.ts'

const page = (name: string): string => readPages().find(({ path }) => path === `docs/${name}`)?.text ?? ''

test('docs/cli.md has every exit code, and no other', () => {
  const rows = [...page('cli.md').matchAll(/^\| (\d+) \| `(\w+)` \|/gm)].map(([, code, name]) => [name, Number(code)])
  expect(Object.fromEntries(rows)).toEqual(EXIT_CODES)
})

test('docs/cli.md has every setting, with its option, its variable and its name in the file', () => {
  for (const [name, { flag, variable }] of Object.entries(SETTINGS)) {
    expect(page('cli.md')).toMatch(new RegExp(`^\\|.*\\| \`${flag}\\b.*\\| \`${variable}\` \\| \`${name}\``, 'm'))
  }
})

test('docs/cli.md has every command, and no other', () => {
  const source = readFileSync(join(root, 'packages/cli/src/commands.ts'), 'utf8')
  const files = [...source.matchAll(/from '\.\/commands\/(.+)\.ts'/g)].map(([, name]) => name)
  const section = page('cli.md').split('## Commands')[1]?.split('## ')[0] ?? ''
  const rows = [...section.matchAll(/^\| `([\w-]+)` \|/gm)].map(([, name]) => name)
  expect(sorted(rows)).toEqual(sorted(files))
})

test('docs/scanning.md has a line for each scanner', () => {
  const named = [...page('scanning.md').matchAll(/scanner-rules --for ([\w-]+)/g)].map(([, name]) => name)
  expect(sorted([...new Set(named)])).toEqual(sorted(Object.keys(SCANNERS)))
})

test('docs/leak-reports.md has every option', () => {
  const source = readFileSync(join(root, 'packages/leak-report/src/options.ts'), 'utf8')
  const members = [...(source.split('export interface LeakReportSettings')[0] ?? '').matchAll(/readonly (\w+)\??:/g)]
  const rows = [...page('leak-reports.md').matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name)
  expect(sorted(rows)).toEqual(sorted(members.map(([, name]) => name)))
})

function sorted(names: readonly (string | undefined)[]): string[] {
  return names.map(String).sort((a, b) => a.localeCompare(b))
}
