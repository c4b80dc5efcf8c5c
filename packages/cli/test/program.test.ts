import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { keyFormat } from '@bearward/core'
import { describe, expect, test } from 'vitest'
import { Frame } from '../src/frame.ts'
import { createProgram } from '../src/program.ts'
import { SETTINGS } from '../src/settings.ts'
import { ACME, bearward, Recorder, typing } from './bearward.ts'

const main = join(import.meta.dirname, '../src/main.ts')
const world = {
  stdin: typing(''),
  stdout: new Recorder(false),
  stderr: new Recorder(false),
  env: {},
  cwd: '/',
  interrupted: async () => {},
}
const commands = createProgram(new Frame(world)).commands.map((command) => command.name())

describe('help', () => {
  test.each([[[]], ...commands.map((name) => [[name]])])('of %j fits a screen of 80 by 24', async (argv) => {
    const { code, stdout } = await bearward([...argv, '--help'])
    const lines = stdout.trimEnd().split('\n')
    expect(code).toBe(0)
    expect(lines.length).toBeLessThan(24)
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80)
    expect(stdout).toMatch(/^Usage: bearward /)
  })

  test('lists every command with what it does', async () => {
    const { stdout } = await bearward(['--help'])
    for (const name of commands) expect(stdout).toMatch(new RegExp(`^  ${name} .*  [a-z]`, 'm'))
  })
})

test('every setting is an option of some command', () => {
  const flags = createProgram(new Frame(world)).commands.flatMap(({ options }) => options.map(({ long }) => long))
  for (const { flag } of Object.values(SETTINGS)) expect(flags).toContain(flag)
})

describe('a command line that cannot be understood', () => {
  test.each([
    [[], 'no command was given; bearward --help lists them'],
    [['genrate'], "unknown command 'genrate' (Did you mean generate?); see bearward --help"],
    [['generate', '--jsn'], "unknown option '--jsn' (Did you mean --json?); see bearward generate --help"],
    [['scanner-rules'], "required option '--for <scanner>' not specified; see bearward scanner-rules --help"],
  ])('%j is one line that says how to mend it', async (argv, line) => {
    expect(await bearward(argv)).toEqual({ code: 2, stdout: '', stderr: `bearward: ${line}\n` })
  })

  test('with a token in it is not repeated', async () => {
    const token = keyFormat({ prefix: 'acme', environments: ['live'] }).generate()
    for (const argv of [
      [token],
      ['generate', token],
      ['generate', `--${token}`],
      ['scan', token],
      ['scan', '--json', '--max-size', token, '.'],
      ['generate', '--environment', token],
      ['generate', '--config', token],
    ]) {
      const { code, stdout, stderr } = await bearward([...argv, '--debug'])
      expect([code === 0, stdout]).toEqual([false, ''])
      expect(stderr).not.toContain(token.slice(0, 20))
    }
  })
})

test('--debug shows where an error came from, and nothing else does', async () => {
  const argv = ['generate', '--environment', 'prod']
  expect((await bearward(argv)).stderr).not.toContain('    at ')
  expect((await bearward([...argv, '--debug'])).stderr).toContain('    at ')
})

describe('colour', () => {
  const argv = ['nonsense']
  test.each<[string, boolean, Record<string, string>, boolean]>([
    ['a terminal', true, {}, true],
    ['a pipe', false, {}, false],
    ['a terminal with NO_COLOR', true, { NO_COLOR: '1' }, false],
    ['a terminal with an empty NO_COLOR', true, { NO_COLOR: '' }, true],
    ['a pipe with FORCE_COLOR', false, { FORCE_COLOR: '1' }, true],
    ['a terminal that can do nothing', true, { TERM: 'dumb' }, false],
  ])('on %s', async (_, isTerminal, env, isColoured) => {
    const { stderr } = await bearward(argv, { env: { ...ACME, ...env }, isTerminal })
    expect(stderr.includes('\u001b[31m')).toBe(isColoured)
  })
})

describe('as a program of its own', () => {
  test('prints its version', () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [main, '--version'], { encoding: 'utf8' })
    expect([status, stdout, stderr]).toEqual([0, '0.1.0\n', ''])
  })

  test('ends with the exit code of its command', () => {
    const { status } = spawnSync(process.execPath, [main, 'nonsense'])
    expect(status).toBe(2)
  })

  test('does not complain when nobody reads on', () => {
    const script = `"${process.execPath}" "${main}" completion bash | true; exit "\${PIPESTATUS[0]}"`
    const { status, stderr } = spawnSync('bash', ['-c', script], { encoding: 'utf8' })
    expect([status, stderr]).toEqual([0, ''])
  })

  test.skipIf(!existsSync('/dev/full'))('says in one line that nothing can be written', () => {
    const script = `"${process.execPath}" "${main}" completion bash > /dev/full`
    const { status, stderr } = spawnSync('bash', ['-c', script], { encoding: 'utf8' })
    expect(status).toBe(5)
    expect(stderr).toMatch(/^bearward: standard output cannot be written \(ENOSPC\); .*\n$/)
  })
})
