import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Installation, unpackPackages } from '@internal/services'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bearward, run } from './programs.ts'

const folder = mkdtempSync(join(tmpdir(), 'bearward-shells-'))
afterAll(() => rmSync(folder, { recursive: true }))

beforeAll(async () => {
  writeFileSync(join(folder, 'a file.txt'), '')
  for (const shell of ['fish', 'zsh']) writeFileSync(join(folder, shell), (await bearward('completion', shell)).stdout)
})

/** What is typed, and what Tab must offer. */
const CASES: [string, string[]][] = [
  ['bearward ge', ['generate']],
  ['bearward scan', ['scan', 'scanner-rules']],
  ['bearward generate --en', ['--environment', '--environments']],
  ['bearward scanner-rules --for git', ['git-secrets', 'github', 'gitleaks']],
  ['bearward completion ', ['bash', 'fish', 'zsh']],
  ['bearward scan a', ['a file.txt']],
]

describe('fish', () => {
  let fish: Installation
  beforeAll(async () => {
    fish = await unpackPackages('-', 'fish', 'fish-common', 'libpcre2-32-0')
  })

  test.each(CASES)('%s', async (line, expected) => {
    const script = `set fish_function_path ${join(fish.root, 'usr/share/fish/functions')}; source ./fish; complete -C "${line}"`
    const env = { ...fish.env, HOME: folder, XDG_DATA_DIRS: join(fish.root, 'usr/share') }
    const { stdout, stderr } = await run(join(fish.root, 'usr/bin/fish'), ['--no-config', '-c', script], {
      cwd: folder,
      env,
    })
    const offered = stdout
      .split('\n')
      .filter((text) => text !== '')
      .map((text) => text.split('\t')[0])
    expect(stderr).not.toContain('fish: ')
    expect(new Set(offered)).toEqual(new Set(expected))
  })
})

describe('zsh', () => {
  let zsh: Installation
  beforeAll(async () => {
    zsh = await unpackPackages('-', 'zsh', 'zsh-common')
  })

  test.each(CASES)('%s', async (line, expected) => {
    const binary = join(zsh.root, 'bin/zsh')
    const script = join(import.meta.dirname, 'capture.zsh')
    const env = { ...zsh.env, HOME: folder, ZDOTDIR: folder, TERM: 'dumb', ZSH_ROOT: zsh.root }
    const { stdout } = await run(binary, ['-f', script, join(folder, 'zsh'), line], { cwd: folder, env })
    // The first one stands behind what was typed; a blank is escaped.
    const offered = [...stdout.matchAll(/offered:(.*)$/gm)].map(([, word = '']) => word.replaceAll('\\', ''))
    expect(new Set(offered)).toEqual(new Set(expected))
  })
})
