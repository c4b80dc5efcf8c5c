import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { EXIT_CODES } from '../../packages/cli/src/exit-codes.ts'
import { SCANNERS } from '../../packages/cli/src/rules/scanners.ts'
import { SETTINGS } from '../../packages/cli/src/settings.ts'
import { PROBLEMS } from '../../packages/console/src/problem.ts'
import { ROUTES } from '../../packages/console/src/routes.ts'
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

test.each([
  ['leak-reports.md', 'leak-report', 'LeakReportOptions'],
  ['console.md', 'console', 'ConsoleOptions'],
])('docs/%s has every option', (name, folder, options) => {
  const source = readFileSync(join(root, `packages/${folder}/src/options.ts`), 'utf8')
  const [, declared = ''] = new RegExp(`export interface ${options}[^{]*\\{(.*?)\\n\\}`, 's').exec(source) ?? []
  const members = [...declared.matchAll(/readonly (\w+)\??:/g)]
  const [, section = ''] = page(name).split('## Options')
  const rows = [...section.matchAll(/^\| `(\w+)` \|/gm)].map(([, option]) => option)
  expect(sorted(rows)).toEqual(sorted(members.map(([, option]) => option)))
})

test('docs/console.md has every code with its status, and every operation', () => {
  const rows = [...page('console.md').matchAll(/^\| `(\w+)` \| (\d+) \|/gm)].map(([, code, status]) => [
    code,
    Number(status),
  ])
  expect(Object.fromEntries(rows)).toEqual(
    Object.fromEntries(Object.entries(PROBLEMS).map(([code, { status }]) => [code, status])),
  )
  const operations = [...page('console.md').matchAll(/^\| `(\w+) \/api(\S+)` \|/gm)].map(
    ([, method, path]) => `${method} ${path}`,
  )
  expect(sorted(operations)).toEqual(sorted(ROUTES.map(({ method, path }) => `${method} ${path}`)))
})

function sorted(names: readonly (string | undefined)[]): string[] {
  return names.map(String).sort((a, b) => a.localeCompare(b))
}
