import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bearward } from './bearward.ts'

const folder = mkdtempSync(join(tmpdir(), 'bearward-completion-'))
afterAll(() => rmSync(folder, { recursive: true }))

beforeAll(async () => {
  writeFileSync(join(folder, 'a file.txt'), '')
  const { stdout } = await bearward(['completion', 'bash'])
  writeFileSync(join(folder, 'bearward.bash'), stdout)
})

/** What bash offers when Tab is pressed behind these words. */
function completeInBash(...words: string[]): string[] {
  const script = `
    source ./bearward.bash
    COMP_WORDS=(bearward "$@")
    COMP_CWORD=$#
    _bearward
    printf '%s\\n' "\${COMPREPLY[@]}"`
  const offered = execFileSync('bash', ['--norc', '-c', script, 'bash', ...words], { cwd: folder, encoding: 'utf8' })
  return offered.split('\n').filter((line) => line !== '')
}

describe('bash', () => {
  test('loads without a word', () => {
    const output = execFileSync('bash', ['--norc', '-uc', 'source ./bearward.bash 2>&1; complete -p bearward'], {
      cwd: folder,
      encoding: 'utf8',
    })
    expect(output).toBe('complete -o filenames -F _bearward bearward\n')
  })

  test.each<[string[], string[]]>([
    [['ge'], ['generate']],
    [['scan'], ['scan', 'scanner-rules']],
    [['--ver'], ['--version']],
    [
      ['generate', '--en'],
      ['--environment', '--environments'],
    ],
    [['--debug', 'generate', '--di'], ['--digest']],
    [['generate', ''], []],
    [
      ['scanner-rules', '--for', 'git'],
      ['gitleaks', 'git-secrets', 'github'],
    ],
    [['scan', 'a'], ['a file.txt']],
    [['scan', '--prefix', 'a'], []],
    [['generate', '--config', 'a'], ['a file.txt']],
    [
      ['completion', ''],
      ['bash', 'zsh', 'fish'],
    ],
  ])('%j offers %j', (words, expected) => {
    expect(completeInBash(...words)).toEqual(expected)
  })

  test('offers every command', async () => {
    const { stdout } = await bearward(['--help'])
    const listed = [...(stdout.split('Commands:\n')[1]?.matchAll(/^ {2}(\S+)/gm) ?? [])].map(([, name]) => name)
    expect(completeInBash('').filter((word) => !word.startsWith('-'))).toEqual(listed)
    expect(listed.length).toBeGreaterThan(3)
  })
})

test('a shell for which there is no script is a mistake', async () => {
  const { code, stderr } = await bearward(['completion', 'tcsh'])
  expect([code, stderr]).toEqual([2, expect.stringContaining('bash, zsh, fish')])
})
