import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { readPages, root } from './markdown.ts'

/** A line behind `$`, and what the page says that it prints. */
interface Step {
  readonly line: number
  readonly command: string
  readonly expected: string
}

/** The `console` blocks of a page are one session, run line by line in one folder. `…` stands for anything on a line, and alone for any lines. */
const sessions = readPages()
  .map(({ path, blocks }) => ({
    path,
    steps: blocks.filter(({ language }) => language === 'console').flatMap(({ code, line }) => stepsOf(code, line)),
  }))
  .filter(({ steps }) => steps.length > 0)

describe.each(sessions)('$path', ({ path, steps }) => {
  test('prints what it says', async () => {
    const printed = await runSession(steps)
    const wrong = steps.flatMap(({ line, command, expected }, index) =>
      patternOf(expected).test(printed[index] ?? '') ? [] : [`${path}:${line}: ${command}\n${printed[index]}`],
    )
    expect(wrong).toEqual([])
  })
})

test.each(['README.md', 'docs/cli.md'])('there is a session of the command line in %s', (page) => {
  const commands = sessions.find(({ path }) => path === page)?.steps.map(({ command }) => command) ?? []
  for (const name of ['init', 'issue', 'list', 'verify', 'rotate', 'revoke', 'audit', 'scan']) {
    expect(
      commands.filter((command) => command.includes(`npx bearward ${name}`)),
      name,
    ).not.toEqual([])
  }
})

test('a page that says something else is found out', async () => {
  const steps = stepsOf('$ echo one\none\n$ echo two\nthree\n$ false\n$ echo $?\n1\n', 1)
  const printed = await runSession(steps)
  expect(steps.map(({ expected }, index) => patternOf(expected).test(printed[index] ?? ''))).toEqual([
    true,
    false,
    true,
    true,
  ])
})

function stepsOf(code: string, firstLine: number): Step[] {
  const steps: { line: number; command: string; expected: string }[] = []
  for (const [index, text] of code.split('\n').entries()) {
    const last = steps.at(-1)
    if (text.startsWith('$ ')) steps.push({ line: firstLine + index, command: text.slice(2), expected: '' })
    else if (last !== undefined && text !== '') last.expected += `${text}\n`
  }
  return steps
}

function patternOf(expected: string): RegExp {
  const lines = expected.split(/(?<=\n)/).map((line) => {
    if (line === '…\n') return '(?:.*\\n)+'
    const parts = line.split('…').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    return parts.join('.+')
  })
  return new RegExp(`^${lines.join('')}$`)
}

const MARK = '<next step>'

async function runSession(steps: readonly Step[]): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'bearward-session-'))
  const bin = join(folder, 'bin')
  const work = join(folder, 'work')
  mkdirSync(bin)
  mkdirSync(work)
  // What npx would run if the package were installed.
  const program = `#!/bin/sh\nshift\nexec '${process.execPath}' '${join(root, 'packages/cli/src/main.ts')}' "$@"\n`
  writeFileSync(join(bin, 'npx'), program, { mode: 0o755 })
  // Each command finds the exit code of the one before it, as in a terminal.
  const script = steps.map(({ command }) => `(exit $code)\n${command}\ncode=$?\necho '${MARK}'`).join('\n')
  const env = { PATH: `${bin}${delimiter}${process.env.PATH}`, HOME: folder, NO_COLOR: '1' }
  try {
    const { stdout } = await promisify(execFile)('bash', ['-c', `exec 2>&1\ncode=0\n${script}`], { cwd: work, env })
    return stdout.split(`${MARK}\n`)
  } finally {
    rmSync(folder, { recursive: true })
  }
}
