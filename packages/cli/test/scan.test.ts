import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { keyFormat } from '@bearward/core'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Finding } from '../src/scan/finding.ts'
import { scanStream } from '../src/scan/scan.ts'
import { ACME, asNobody, bearward } from './bearward.ts'

const format = keyFormat({ prefix: 'acme', environments: ['live', 'test'] })
const live = format.generate('live')
const trial = format.generate('test')
const nearMiss = live.slice(0, -1) + (live.endsWith('0') ? '1' : '0')

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bearward-scan-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

function write(path: string, content: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true })
  writeFileSync(join(folder, path), content)
}

function git(...argv: string[]): string {
  const who = ['-c', 'user.name=Test', '-c', 'user.email=test@example.com', '-c', 'commit.gpgsign=false']
  return execFileSync('git', [...who, ...argv], { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
}

function commit(message = 'change'): string {
  git('add', '--all')
  git('commit', '--quiet', '--allow-empty', '--message', message)
  return git('rev-parse', 'HEAD').trim()
}

/** The places of a scan, with its exit code. */
async function scan(...argv: string[]): Promise<{ code: number; places: string[] }> {
  const { code, stdout } = await bearward(['scan', '--json', ...argv], { cwd: folder })
  const { findings } = JSON.parse(stdout) as { findings: { path: string; line: number; hint: string }[] }
  return {
    code,
    places: findings.map(({ path, line, hint }) => `${path.replace(`${folder}/`, '')}:${line} ${hint}`).sort(),
  }
}

describe('a tree', () => {
  test('is searched in every folder, hidden ones too', async () => {
    write('.env', `KEY=${live}`)
    write('deep/er/notes.md', `nothing\n${trial}`)
    write('clean.txt', nearMiss)
    const { code, places } = await scan(folder)
    expect(code).toBe(1)
    expect(places).toEqual([`.env:1 ${format.hint(live)}`, `deep/er/notes.md:2 ${format.hint(trial)}`])
  })

  test('without keys ends with 0', async () => {
    write('clean.txt', nearMiss)
    const { code, stdout, stderr } = await bearward(['scan', folder])
    expect([code, stdout, stderr]).toEqual([0, '', 'No keys found. 1 file read.\n'])
  })

  test('is not searched in folders of git, whose files are compressed anyway', async () => {
    write('.git/key', live)
    write('sub/.git/key', live)
    expect((await scan(folder)).places).toEqual([])
  })

  test('can be one file', async () => {
    write('.env', live)
    expect((await scan(join(folder, '.env'))).places).toEqual([`.env:1 ${format.hint(live)}`])
  })

  test('that is not there is a failure', async () => {
    const { code, stderr } = await bearward(['scan', '/none'])
    expect([code, stderr]).toEqual([5, 'bearward: /none is not there; check the path\n'])
  })

  test('is not left by symbolic links', async () => {
    write('inside/a', 'a')
    write('outside', live)
    symlinkSync(join(folder, 'outside'), join(folder, 'inside/link'))
    symlinkSync(folder, join(folder, 'inside/loop'))
    expect((await scan(join(folder, 'inside'))).places).toEqual([])
    expect((await scan(join(folder, 'inside/link'))).places).toHaveLength(1)
  })

  test('with a file that may not be read is not called clean', () => {
    write('secret', 'x')
    write('open', 'x')
    chmodSync(folder, 0o755)
    chmodSync(join(folder, 'secret'), 0o000)
    const { status, stderr } = asNobody(['scan', folder], '/')
    expect(stderr).toContain(`${folder}/secret may not be read; change its permissions, or run as somebody who may\n`)
    expect(stderr).toContain('1 unreadable')
    expect(status).toBe(5)
  }, 60_000)
})

describe('in the work tree of git', () => {
  beforeEach(() => {
    git('init', '--quiet')
    write('.gitignore', 'ignored\n*.log\n')
    write('ignored/a', live)
    write('a.log', live)
    write('forced.log', trial)
    git('add', '--force', 'forced.log')
    write('new file', live)
  })

  test('files that git ignores are passed over, those it has are not', async () => {
    expect((await scan(folder)).places).toEqual([
      `forced.log:1 ${format.hint(trial)}`,
      `new file:1 ${format.hint(live)}`,
    ])
  })

  test('--ignored scans them too', async () => {
    expect((await scan(folder, '--ignored')).places).toHaveLength(4)
  })

  test('an ignored folder that is named is scanned', async () => {
    expect((await scan(join(folder, 'ignored'))).places).toHaveLength(1)
  })

  test('a repository within is scanned, and a file that was deleted is no failure', async () => {
    mkdirSync(join(folder, 'inner'))
    execFileSync('git', ['init', '--quiet'], { cwd: join(folder, 'inner') })
    write('inner/key', live)
    unlinkSync(join(folder, 'forced.log'))
    expect((await scan(folder)).places).toEqual([`inner/key:1 ${format.hint(live)}`, `new file:1 ${format.hint(live)}`])
  })

  test('a submodule that was not fetched is scanned as the folder that it is', async () => {
    commit()
    // What a clone without its submodules has: an entry of the index, and an empty folder.
    git('update-index', '--add', '--cacheinfo', `160000,${git('rev-parse', 'HEAD').trim()},library`)
    mkdirSync(join(folder, 'library'))
    const rest = [`forced.log:1 ${format.hint(trial)}`, `new file:1 ${format.hint(live)}`]
    expect((await scan(folder)).places).toEqual(rest)
    expect((await scan(join(folder, 'library'))).places).toEqual([])
    write('library/key', trial)
    expect((await scan(folder)).places).toEqual([rest[0], `library/key:1 ${format.hint(trial)}`, rest[1]])
  })

  test('no program is run that the repository names', async () => {
    commit()
    git('config', 'core.fsmonitor', `touch '${join(folder, 'ran')}'; false`)
    git('ls-files', '--others', '--exclude-standard')
    expect(existsSync(join(folder, 'ran'))).toBe(true)
    unlinkSync(join(folder, 'ran'))
    await scan(folder)
    await scan('--git', folder)
    expect(existsSync(join(folder, 'ran'))).toBe(false)
  })
})

describe('the configuration of the current folder', () => {
  const inFolder = (...argv: string[]) => bearward(['scan', ...argv], { cwd: folder, env: {} })

  test('decides nothing in silence', async () => {
    write('leak.txt', live)
    write('bearward.config.json', '{"prefix":"zzz","environments":["none"]}')
    const said = 'Searched for keys that begin with zzz_, as "prefix" in bearward.config.json says.\n'
    const text = await inFolder('.')
    expect([text.code, text.stderr]).toEqual([0, `${said}No keys found. 2 files read.\n`])
    expect((await inFolder('leak.txt')).stderr).toContain(said)
    const json = JSON.parse((await inFolder('--json', '.')).stdout)
    expect(json.summary.searched).toEqual({ prefix: 'zzz', origin: '"prefix" in bearward.config.json' })
    expect((await inFolder('--sarif', '.')).stdout).toContain('zzz_, as \\"prefix\\" in bearward.config.json says')
  })

  test('hides no key by its environments, wherever the prefix comes from', async () => {
    write('leak.txt', live)
    write('bearward.config.json', '{"prefix":"acme","environments":["none"]}')
    expect((await inFolder('.')).code).toBe(1)
    expect((await inFolder('--prefix', 'acme', '.')).code).toBe(1)
    expect((await inFolder('--prefix', 'acme', '--environments', 'other', '.')).code).toBe(1)
  })

  test('gives way to an option and a variable, which need no mention', async () => {
    write('bearward.config.json', '{"prefix":"zzz"}')
    write('leak.txt', live)
    const option = await inFolder('--prefix', 'acme', '.')
    expect([option.code, option.stderr]).toEqual([1, '1 key found in 1 place. 2 files read.\n'])
    const variable = await bearward(['scan', '.'], { cwd: folder, env: { BEARWARD_PREFIX: 'acme' } })
    expect([variable.code, variable.stderr]).toEqual([1, '1 key found in 1 place. 2 files read.\n'])
  })
})

test('a pipe is read as standard input is', async () => {
  execFileSync('sh', ['-c', 'mkfifo pipe'], { cwd: folder })
  const writing = writeFile(join(folder, 'pipe'), `one\n${live}\n`)
  expect(await scan(join(folder, 'pipe'))).toEqual({ code: 1, places: [`-:2 ${format.hint(live)}`] })
  await writing
})

describe('standard input', () => {
  const scanInput = async (stdin: string) => {
    const { code, stdout } = await bearward(['scan', '-'], { stdin })
    return { code, lines: stdout.split('\n').filter((line) => line !== '') }
  }

  test('is searched as text', async () => {
    expect(await scanInput(`one\ntwo é ${live}\n`)).toEqual({ code: 1, lines: [`-:2:7: ${format.hint(live)}`] })
    expect(await scanInput('one\n')).toEqual({ code: 0, lines: [] })
  })

  test('of which nothing came was not read, and is not clean', async () => {
    const { code, stdout, stderr } = await bearward(['scan', '-'])
    expect([code, stdout]).toEqual([5, ''])
    expect(stderr).toBe(
      'nothing was read: standard input is empty; check the command in front of the pipe\n' +
        'No keys found, because nothing was read.\n',
    )
    const json = JSON.parse((await bearward(['scan', '--json', '-'])).stdout)
    expect(json.summary).toMatchObject({ isComplete: false, unread: [{ path: '-', reason: 'empty' }] })
    expect((await bearward(['scan', '--accept-unread', 'empty', '-'])).code).toBe(0)
  })

  test('that cannot be read is a failure of one line', async () => {
    execFileSync('sh', ['-c', 'mkfifo pipe'], { cwd: folder })
    chmodSync(join(folder, 'pipe'), 0o000)
    chmodSync(folder, 0o755)
    const { status, stderr } = asNobody(['scan', join(folder, 'pipe')], '/')
    expect([status, stderr]).toEqual([
      5,
      expect.stringMatching(/^bearward: .*pipe may not be read; change its perm.*\n$/),
    ])
  }, 60_000)

  test('may be one long line, of which a part is held at a time', async () => {
    const found: [number, string][] = []
    const gap = 'x'.repeat(700_001)
    const tokens = Array.from({ length: 8 }, () => format.generate('live'))
    const pieces = Buffer.from(`é${gap}${tokens.join(gap)}\n${trial}`)
    await scanStream(
      Readable.from(Array.from({ length: 90 }, (_, i) => pieces.subarray(i * 65_536, (i + 1) * 65_536))),
      {
        format,
        onFinding: ({ place: { line, column } }, token) => void found.push([line * 100_000_000 + column, token]),
      },
    )
    const columns = tokens.map((token) => 100_000_000 + pieces.indexOf(token) + 1)
    // Characters are counted in the first part, bytes behind it.
    columns[0] = (columns[0] ?? 0) - 1
    expect(found).toEqual([...tokens.map((token, index) => [columns[index], token]), [200_000_001, trial]])
  })

  test('as a diff, what was added counts, and what was taken away does not', async () => {
    git('init', '--quiet')
    write('a.txt', `one\n${trial}\ntwo\n`)
    commit()
    write('a.txt', `one\ntwo\nthree\n${live}\n`)
    const diff = git('diff')
    expect(diff).toContain(trial)
    expect(await scanInput(diff)).toEqual({ code: 1, lines: [`a.txt:4:1: ${format.hint(live)}`] })
  })
})

describe('--git', () => {
  beforeEach(() => {
    git('init', '--quiet', '--initial-branch=main')
  })

  test('finds what was committed and taken out again, on every branch, in messages and in merges', async () => {
    write('a.txt', `one\n${live}\n`)
    const first = commit()
    write('a.txt', 'one\n')
    commit()
    git('checkout', '--quiet', '-b', 'side')
    write('b.txt', 'side')
    const inMessage = commit(`remove ${trial}`)
    git('checkout', '--quiet', 'main')
    write('c.txt', 'main')
    commit()
    git('merge', '--quiet', '--no-commit', 'side')
    const merged = format.generate('live')
    write('b.txt', `side\n${merged}\n`)
    const merge = commit('merge')

    git('checkout', '--quiet', '-b', 'left')
    write('d.txt', trial)
    const unmerged = commit()
    git('checkout', '--quiet', 'main')

    const { code, stdout } = await bearward(['scan', '--git', '--json', folder])
    const found = JSON.parse(stdout).findings.map((finding: Finding['place'] & Finding) => [
      finding.commit,
      finding.path,
      finding.line,
      finding.hint,
    ])
    expect(code).toBe(1)
    expect(new Set(found)).toEqual(
      new Set([
        [first, 'a.txt', 2, format.hint(live)],
        [inMessage, '.git/COMMIT_EDITMSG', 1, format.hint(trial)],
        [merge, 'b.txt', 2, format.hint(merged)],
        [unmerged, 'd.txt', 1, format.hint(trial)],
      ]),
    )
    expect(found).toHaveLength(4)
  })

  test('is not misled by how git is configured to show things', async () => {
    write('a.txt', live)
    write('deep/b.lock', live)
    write('.gitattributes', '*.txt diff=summary\n*.lock -diff\n')
    git('config', 'diff.summary.textconv', 'wc')
    commit()
    for (const [name, value] of [
      ['diff.noprefix', 'true'],
      ['color.ui', 'always'],
      ['diff.external', 'false'],
      ['log.showSignature', 'true'],
      ['diff.mnemonicPrefix', 'true'],
      ['diff.relative', 'true'],
      ['diff.orderFile', 'none'],
    ])
      git('config', name as string, value as string)
    const places = [`a.txt:1 ${format.hint(live)}`, `deep/b.lock:1 ${format.hint(live)}`]
    expect((await scan('--git', join(folder, 'deep'))).places).toEqual(places)
  })

  test('what was found before git failed is told', async () => {
    write('a.txt', 'damaged')
    commit()
    const blob = git('rev-parse', 'HEAD:a.txt').trim()
    write('a.txt', live)
    commit()
    const object = join(folder, '.git/objects', blob.slice(0, 2), blob.slice(2))
    chmodSync(object, 0o600)
    writeFileSync(object, 'no object')
    write('b.txt', trial)
    commit()
    const { code, stdout, stderr } = await bearward(['scan', '--git', folder])
    expect(code).toBe(5)
    expect(stdout).toContain(format.hint(trial))
    expect(stderr).toMatch(/^bearward: git cannot show the history: /m)
  })

  test('a shallow clone is said to be one', async () => {
    commit()
    commit()
    git('clone', '--quiet', '--depth=1', `file://${folder}`, 'shallow')
    const { code, stderr } = await bearward(['scan', '--git', join(folder, 'shallow')])
    // Commits that were not there to be read may hold a key.
    expect([code, stderr]).toEqual([5, expect.stringContaining('The clone is shallow')])
    expect(stderr).toContain('No keys found in what was read. ')
    expect((await bearward(['scan', '--git', folder])).stderr).not.toContain('shallow')
    const accepted = await bearward(['scan', '--git', '--accept-unread', 'shallow', join(folder, 'shallow')])
    expect([accepted.code, accepted.stderr]).toEqual([0, expect.stringContaining('The clone is shallow')])
  })

  test('takes time, and no more than --git-timeout', async () => {
    rmSync(join(folder, '.git/HEAD'))
    execFileSync('sh', ['-c', 'mkfifo .git/HEAD'], { cwd: folder })
    const { code, stderr } = await bearward(['scan', '--git', '--git-timeout', '1', folder])
    expect([code, stderr]).toEqual([
      5,
      'bearward: git cannot show the history: git printed nothing for 1 seconds and was stopped; ' +
        'check the repository, or give more time with --git-timeout\n',
    ])
  })

  test.skipIf(process.getuid?.() !== 0)(
    'of another user is refused by git, and its tree is read without git',
    () => {
      write('.gitignore', 'ignored\n')
      write('ignored', live)
      commit()
      chmodSync(folder, 0o755)
      const history = asNobody(['scan', '--git', folder], '/')
      expect([history.status, history.stderr]).toEqual([5, expect.stringContaining('dubious ownership')])
      const tree = asNobody(['scan', folder], '/')
      expect([tree.status, tree.stderr]).toEqual([1, expect.stringContaining('git does not tell what it ignores in')])
    },
    60_000,
  )

  test('where there is no repository is a failure of one line', async () => {
    rmSync(join(folder, '.git'), { recursive: true })
    const { code, stderr } = await bearward(['scan', '--git', folder])
    expect(code).toBe(5)
    expect(stderr).toMatch(
      /^bearward: git cannot show the history: not a git repository.*; name a repository with all its objects\n$/,
    )
  })

  test('and standard input exclude each other', async () => {
    expect((await bearward(['scan', '--git', '-'])).code).toBe(2)
  })
})

describe('output', () => {
  test.each([[], ['--json'], ['--sarif']])('%s never holds a token', async (...argv) => {
    write('a.txt', `${live} ${trial}`)
    for (const isTerminal of [false, true]) {
      const { stdout, stderr } = await bearward(['scan', ...argv, folder], { isTerminal })
      for (const token of [live, trial]) {
        expect(stdout + stderr).not.toContain(token.slice(0, 20))
        expect(stdout).toContain(format.hint(token))
      }
    }
  })

  test('on a terminal is a table, with progress that is taken away', async () => {
    for (let index = 0; index < 300; index++) write(`many/${index}`, '')
    write('many/key', live)
    const { stdout, stderr } = await bearward(['scan', folder], { isTerminal: true, env: { ...ACME, NO_COLOR: '1' } })
    expect(stdout).toContain(`KEY              PLACE\n${format.hint(live)}  ${folder}/many/key:1:1\n`)
    expect(stderr).toContain('\r\u001b[2K256 files, 0 MB')
    expect(stderr.endsWith('\r\u001b[2K1 key found in 1 place. 301 files read.\n')).toBe(true)
  })

  test('names what was not read, in each form', async () => {
    write('a.zip', 'PK\u0003\u0004')
    const sentence = `${folder}/a.zip is compressed, so it was not searched inside; unpack it and scan its contents`
    const text = await bearward(['scan', folder])
    expect([text.code, text.stderr]).toEqual([
      5,
      `${sentence}\nNo keys found in what was read. 0 files read; not read: 1 compressed.\n`,
    ])
    const json = await bearward(['scan', '--json', folder])
    expect([json.code, JSON.parse(json.stdout).summary]).toEqual([
      5,
      expect.objectContaining({
        skipped: expect.objectContaining({ compressed: 1 }),
        unread: [{ path: `${folder}/a.zip`, reason: 'compressed' }],
        isComplete: false,
      }),
    ])
    const sarif = await bearward(['scan', '--sarif', folder])
    const [invocation] = JSON.parse(sarif.stdout).runs[0].invocations
    expect([sarif.code, invocation.executionSuccessful]).toEqual([5, false])
    expect(invocation.toolExecutionNotifications[0]).toMatchObject({ level: 'warning', message: { text: sentence } })
    expect((await bearward(['scan', '--accept-unread', 'huge,compressed', folder])).code).toBe(0)
  })

  test('does not call a tree clean of which nothing was read', async () => {
    const { code, stderr } = await bearward(['scan', folder])
    expect([code, stderr]).toEqual([
      5,
      `nothing was read in ${folder}: it holds no file, or each was passed over; check the path\n` +
        'No keys found, because nothing was read. 0 files read.\n',
    ])
  })

  test('names what was not read beside keys that were found', async () => {
    write('a.zip', 'PK\u0003\u0004')
    write('b', live)
    const { code, stderr } = await bearward(['scan', folder])
    expect([code, stderr]).toEqual([1, expect.stringContaining('a.zip is compressed')])
  })

  test('shows no token of a name, and no name as a command of a CI log', async () => {
    write('::error::x', live)
    write(`deep/${trial}/b`, live)
    write(`${trial}.zip`, 'PK\u0003\u0004')
    for (const form of [[], ['--json'], ['--sarif']]) {
      const { stdout, stderr } = await bearward(['scan', ...form, '.'], { cwd: folder })
      expect(stdout + stderr).not.toContain(trial.slice(0, 20))
      expect(stdout + stderr).not.toMatch(/^\s*::/m)
    }
  })

  test.each([
    ['--accept-unread', 'none', '.'],
    ['--git-timeout', '0', '.'],
    ['--git-timeout', 'x', '.'],
    ['--unreachable', '.'],
    ['--git', '--staged', '.'],
    ['--staged', '-'],
  ])('%s %s is a mistake', async (...argv) => {
    expect((await bearward(['scan', ...argv])).code).toBe(2)
  })

  test('--no-binary passes over what looks binary, and says so', async () => {
    write('a', `\0${live}`)
    write('b', 'text')
    expect((await bearward(['scan', folder])).code).toBe(1)
    expect((await bearward(['scan', '--binary', folder])).code).toBe(1)
    const { code, stderr } = await bearward(['scan', '--no-binary', folder])
    expect([code, stderr]).toEqual([0, `No keys found. 1 file read; passed over: 1 binary (${folder}/a).\n`])
  })

  test('on a terminal shows progress of a stream and of a history', async () => {
    const stdin = 'x'.repeat(5_000_000)
    const stream = await bearward(['scan', '-'], { isTerminal: true, stdin })
    expect(stream.stderr).toContain('\r\u001b[2K5 MB')
    git('init', '--quiet')
    write('long', stdin)
    commit()
    const history = await bearward(['scan', '--git', folder], { isTerminal: true })
    expect(history.stderr).toContain('\r\u001b[2K2 objects, 4 MB')
  })

  test('--json and --sarif exclude each other', async () => {
    expect((await bearward(['scan', '--json', '--sarif', folder])).code).toBe(2)
  })

  test('a name that would move the cursor does not', async () => {
    write('a\u001b[2Jb', live)
    expect((await bearward(['scan', folder])).stdout).not.toContain('\u001b')
  })

  test.each(['0', '-1', '1.5', 'x', '1000001'])('--max-size %s is a mistake', async (size) => {
    expect((await bearward(['scan', '--max-size', size, folder])).code).toBe(2)
  })

  test('--max-size passes over what is longer, and says so', async () => {
    write('long', `${live}${'x'.repeat(1_000_000)}`)
    const { stderr } = await bearward(['scan', '--max-size', '1', folder])
    expect(stderr).toContain('not read: 1 too long')
  })
})

test('whoever calls the scan is given the token beside the finding, and is waited for', async () => {
  const seen: [string, string][] = []
  let waiting = 0
  await scanStream(Readable.from([Buffer.from(`${live}\n${trial}`)]), {
    format,
    onFinding: async (finding, token) => {
      expect(++waiting).toBe(1)
      await Promise.resolve()
      waiting--
      seen.push([finding.hint, token])
    },
  })
  expect(seen).toEqual([live, trial].map((token) => [format.hint(token), token]))
})
