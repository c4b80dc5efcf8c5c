import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { inflateSync } from 'node:zlib'
import { keyFormat } from '@bearward/core'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Coverage } from '../src/scan/coverage.ts'
import { Git } from '../src/scan/git/git.ts'
import { scanHistory } from '../src/scan/scan.ts'
import { ENCODINGS, encode } from './encodings.ts'
import { Repository } from './repository.ts'

const format = keyFormat({ prefix: 'acme' })
let token: string
let repository: Repository
beforeEach(() => {
  token = format.generate()
  repository = new Repository().init()
})
afterEach(() => repository.remove())

interface Scanned {
  readonly places: string[]
  readonly tokens: Set<string>
  readonly coverage: Coverage
}

async function scan(options: { unreachable?: boolean; folder?: string; silenceMs?: number } = {}): Promise<Scanned> {
  const { unreachable = false, folder = repository.folder, silenceMs = 20_000 } = options
  const coverage = new Coverage('object')
  const places: string[] = []
  const tokens = new Set<string>()
  await scanHistory(new Git(folder, { silenceMs }), {
    format: { prefix: 'acme' },
    coverage,
    unreachable,
    onFinding({ place: { path, line, column, commit = '-' } }, found) {
      places.push(`${commit.slice(0, 7)} ${path}:${line}:${column}`)
      tokens.add(found)
    },
  })
  return { places: places.sort(), tokens, coverage }
}

const short = (id: string): string => id.slice(0, 7)

describe('keys are found', () => {
  test('in files of each encoding, after they were taken out', async () => {
    for (const [index, encoding] of ENCODINGS.entries()) {
      repository.write(`${index}.txt`, encode(`one\r\nkey ${token}\n`, encoding))
    }
    const first = repository.commit()
    repository.git('rm', '--quiet', '-r', '.')
    repository.commit()
    expect((await scan()).places).toEqual(ENCODINGS.map((_, index) => `${short(first)} ${index}.txt:2:5`))
  })

  test('in a file longer than a mebibyte, at its line and column', async () => {
    repository.write('long.txt', `${'é\n'.repeat(700_000)}  ${token}\n${'x'.repeat(100)}${token}`)
    const commit = repository.commit()
    expect((await scan()).places).toEqual([
      `${short(commit)} long.txt:700001:3`,
      `${short(commit)} long.txt:700002:101`,
    ])
  })

  test('at each commit that brings them in, and at no other', async () => {
    repository.write('a', `${token}\n`)
    const first = repository.commit()
    repository.write('a', `more\n${token}\n`)
    repository.commit()
    repository.write('a', `more\n${token}\n${token}\n`)
    const second = repository.commit()
    repository.write('a', 'gone\n')
    repository.commit()
    repository.write('a', `${token}\n`)
    const back = repository.commit()
    repository.git('mv', 'a', 'b')
    const moved = repository.commit()
    const expected = [
      `${short(first)} a:1:1`,
      `${short(second)} a:3:1`,
      `${short(back)} a:1:1`,
      `${short(moved)} b:1:1`,
    ]
    expect((await scan()).places).toEqual(expected.sort())
  })

  test('in messages, names of authors, tags, notes, names of files and of branches', async () => {
    const said = repository.commit(`one\n\ntwo ${token}`)
    const author = repository.gitWith(
      { env: { GIT_AUTHOR_NAME: format.generate() } },
      'commit-tree',
      '-m',
      'x',
      'HEAD^{tree}',
    )
    repository.git('branch', 'author', author.trim())
    repository.git('tag', '--annotate', '--message', `about ${format.generate()}`, 'v1')
    repository.git('notes', 'add', '--message', format.generate())
    repository.git('branch', `x/${format.generate()}`)
    repository.write(`folder/${format.generate()}`, '')
    const named = repository.commit()
    const { places, tokens } = await scan()
    expect(tokens.size).toBe(6)
    expect(places.join('\n')).toMatch(new RegExp(`^${short(said)} \\.git/COMMIT_EDITMSG:3:5$`, 'm'))
    expect(places.join('\n')).toMatch(new RegExp(`^${short(named)} folder/acme_.{4}…:1:1$`, 'm'))
    expect(places.join('\n')).toMatch(/^- \.git\/refs\/heads\/x\/acme_.{4}…:1:1$/m)
    for (const found of tokens) expect(places.join('\n')).not.toContain(found)
  })

  test('in objects that a tag names and no commit has', async () => {
    const blob = repository.gitWith({ input: token }, 'hash-object', '-w', '--stdin').trim()
    repository.git('tag', 'blob', blob)
    expect((await scan()).places).toEqual([`- .git/objects/${blob.slice(0, 2)}/${blob.slice(2)}:1:1`])
  })

  test('in each stash, and with --unreachable in what no branch leads to', async () => {
    repository.write('a', '')
    repository.commit()
    const tokens = [format.generate(), format.generate(), format.generate()]
    for (const each of tokens) {
      repository.write('a', each)
      repository.git('stash')
    }
    expect((await scan()).tokens).toEqual(new Set(tokens))
    repository.write('b', token)
    const lost = repository.commit()
    repository.git('reset', '--quiet', '--hard', 'HEAD~1')
    expect((await scan()).tokens).toEqual(new Set(tokens))
    const { tokens: all, places } = await scan({ unreachable: true })
    expect(all).toEqual(new Set([...tokens, token]))
    expect(places).toContain(`${short(lost)} b:1:1`)
  })

  test('in a repository without a work tree, and in one that has another object format', async () => {
    repository.write('a', token)
    repository.commit()
    repository.git('clone', '--quiet', '--bare', '.', 'bare')
    expect((await scan({ folder: join(repository.folder, 'bare') })).tokens).toEqual(new Set([token]))
    repository.git('init', '--quiet', '--object-format=sha256', 'long')
    const long = join(repository.folder, 'long')
    writeFileSync(join(long, 'a'), token)
    repository.git('-C', long, 'add', '.')
    repository.git('-C', long, 'commit', '--quiet', '--message', 'x')
    expect((await scan({ folder: long })).places).toEqual([expect.stringMatching(/^[0-9a-f]{7} a:1:1$/)])
  })
})

test('every key is found that a reader of the object files finds, in random histories', async () => {
  const encoding = fc.constantFrom(...ENCODINGS)
  const place = fc.constantFrom('a', 'deep/b', 'c.bin', 'é\n"', 'message', 'merge', 'none')
  const step = fc.record({ place, encoding, noise: fc.string({ maxLength: 20 }), back: fc.nat(3) })
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 6 }), async (steps) => {
      const history = new Repository().init()
      try {
        const commits = [history.commit('first')]
        const planted = steps.map(() => format.generate())
        for (const [index, { place, encoding, noise, back }] of steps.entries()) {
          const key = planted[index] ?? ''
          const other = commits[Math.max(0, index - back)] ?? ''
          if (place === 'merge') {
            history.git('merge', '--quiet', '--no-commit', '--no-ff', '--strategy=ours', other)
            history.write('merged', encode(`${noise}${key}`, encoding))
            commits.push(history.commit('merge'))
          } else if (place === 'none' || place === 'message') {
            commits.push(history.commit(place === 'message' ? `${noise.replaceAll('\0', '')}${key}` : 'no key'))
            if (place === 'none') planted[index] = ''
          } else {
            if (back > 1) history.git('checkout', '--quiet', '-b', `branch-${index}`, other)
            history.write(place, encode(`${noise}${key}${noise}`, encoding))
            commits.push(history.commit('add'))
          }
        }
        const { tokens } = await scan({ folder: history.folder })
        expect(tokens).toEqual(new Set(planted.filter((key) => key !== '')))
        expect(tokens).toEqual(tokensInObjectFiles(history.folder))
      } finally {
        history.remove()
      }
    }),
    { numRuns: 5 },
  )
}, 60_000)

/** An oracle: inflates every object file, drops all NULs, and looks for keys with a regular expression. */
function tokensInObjectFiles(folder: string): Set<string> {
  const objects = join(folder, '.git/objects')
  const files = readdirSync(objects, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  const texts = files.map((entry) => inflateSync(readFileSync(join(entry.parentPath, entry.name))))
  const words = texts.flatMap((text) => {
    const narrow = text.toString('latin1')
    return [narrow, narrow.replaceAll('\0', '')].flatMap((each) => each.match(/acme_[0-9A-Za-z]{49}/g) ?? [])
  })
  return new Set(words.filter((word) => format.parse(word) !== null))
}

describe('nothing hides a key', () => {
  const HUNK = `diff --git a/a b/a\n--- a/a\n+++ b/a\n@@ -1,999999999 +0,0 @@\n`

  test.each<[string, string]>([
    ['a diff', HUNK],
    ['a combined diff', `diff --cc a\n--- a/a\n+++ b/a\n@@@ -1,999999999 -1,999999999 +0,0 @@@\n`],
    ['the end of an object', `\n${'0'.repeat(40)} blob 0\n\n`],
    ['the head of an object that does not end', `\n${'0'.repeat(40)} blob 999999999\n`],
  ])('in a message or a file that looks like %s', async (_, text) => {
    repository.write('a', `- ${token}\n`)
    const first = repository.commit()
    repository.write('b', text)
    repository.commit(`x\n\n${text}`)
    expect((await scan()).places).toEqual([`${short(first)} a:1:3`])
  })

  test('by configuration', async () => {
    repository.write('.gitattributes', '* -diff -text diff=none filter=none\n')
    repository.write('.attributes', '* -diff\n')
    repository.write('a', `${token}\n`)
    repository.git('config', 'diff.none.textconv', 'true')
    const first = repository.commit()
    repository.git('rm', '--quiet', 'a')
    repository.commit()
    const configured: [string, string][] = [
      ['log.showRoot', 'false'],
      ['log.diffMerges', 'off'],
      ['diff.noprefix', 'true'],
      ['diff.external', 'false'],
      ['diff.orderFile', 'none'],
      ['core.attributesFile', '.attributes'],
      ['core.useReplaceRefs', 'true'],
      ['core.bigFileThreshold', '1'],
      ['core.pager', 'true'],
      ['pager.rev-list', 'true'],
      ['alias.rev-list', 'version'],
      ['transfer.hideRefs', 'refs'],
      ['i18n.logOutputEncoding', 'UTF-16'],
      ['extensions.partialClone', 'origin'],
      ['core.worktree', '/'],
    ]
    for (const [name, value] of configured) {
      repository.git('config', name, value)
      expect((await scan()).places, name).toEqual([`${short(first)} a:1:1`])
    }
  })

  test('by a graft, a replacement or a file of parents', async () => {
    repository.write('a', 'one')
    const one = repository.commit()
    repository.write('a', token)
    const two = repository.commit()
    repository.write('a', 'three')
    const three = repository.commit()
    repository.git('repack', '-q', '-a', '-d')
    repository.git('multi-pack-index', 'write')
    repository.git('commit-graph', 'write', '--reachable')
    mkdirSync(join(repository.folder, '.git/info'), { recursive: true })
    writeFileSync(join(repository.folder, '.git/info/grafts'), `${three} ${one}\n`)
    expect((await scan()).places).toEqual([`${short(two)} a:1:1`])
    repository.git('replace', two, one)
    const blob = repository.git('rev-parse', `${two}:a`).trim()
    repository.git('replace', blob, repository.git('rev-parse', `${one}:a`).trim())
    expect((await scan()).places).toEqual([`${short(two)} a:1:1`])
  })

  test('by variables of the environment, such as those of a hook', async () => {
    repository.write('a', token)
    const first = repository.commit()
    repository.git('rm', '--quiet', 'a')
    repository.commit()
    const other = new Repository().init()
    other.commit()
    const dir = join(other.folder, '.git')
    const variables = {
      GIT_DIR: dir,
      GIT_COMMON_DIR: dir,
      GIT_WORK_TREE: other.folder,
      GIT_INDEX_FILE: join(dir, 'index'),
      GIT_OBJECT_DIRECTORY: join(dir, 'objects'),
      GIT_ALTERNATE_OBJECT_DIRECTORIES: join(dir, 'objects'),
      GIT_NAMESPACE: 'none',
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'log.showRoot',
      GIT_CONFIG_VALUE_0: 'false',
      GIT_CONFIG_PARAMETERS: "'core.worktree=/'",
      GIT_GRAFT_FILE: join(other.folder, 'grafts'),
      GIT_SHALLOW_FILE: join(other.folder, 'shallow'),
      GIT_REPLACE_REF_BASE: 'refs/heads/',
      GIT_EXTERNAL_DIFF: 'true',
      GIT_CEILING_DIRECTORIES: join(repository.folder, '..'),
      GIT_LITERAL_PATHSPECS: '0',
      GIT_EXEC_PATH: other.folder,
      GIT_TRACE: join(other.folder, 'trace'),
    }
    other.write('shallow', `${repository.head()}\n`)
    other.write('grafts', `${repository.head()}\n`)
    const before = { ...process.env }
    try {
      Object.assign(process.env, variables)
      expect((await scan()).places).toEqual([`${short(first)} a:1:1`])
      expect(existsSync(join(other.folder, 'trace'))).toBe(false)
    } finally {
      for (const name of Object.keys(variables)) delete process.env[name]
      Object.assign(process.env, before)
      other.remove()
    }
  })

  test('in a worktree, where another one is scanned', async () => {
    repository.commit()
    repository.git('worktree', 'add', '--quiet', '--detach', 'linked')
    const linked = join(repository.folder, 'linked')
    writeFileSync(join(linked, 'a'), token)
    repository.git('-C', linked, 'add', '.')
    repository.git('-C', linked, 'commit', '--quiet', '--message', 'x')
    expect((await scan()).tokens).toEqual(new Set([token]))
    expect((await scan({ folder: linked })).tokens).toEqual(new Set([token]))
  })
})

describe('what was not read is counted', () => {
  test('when the clone is shallow', async () => {
    repository.write('a', token)
    repository.commit()
    repository.git('rm', '--quiet', 'a')
    repository.commit()
    repository.git('clone', '--quiet', '--depth=1', `file://${repository.folder}`, 'shallow')
    const { coverage, places } = await scan({ folder: join(repository.folder, 'shallow') })
    expect([places, coverage.isComplete, coverage.skipped.shallow]).toEqual([[], false, 1])
  })

  test.each(['blob:none', 'tree:0'])(
    'when the clone leaves out objects by %s, and nothing is fetched',
    async (filter) => {
      repository.git('config', 'uploadpack.allowFilter', 'true')
      repository.write('a', token)
      repository.commit()
      const url = `file://${repository.folder}`
      repository.git('clone', '--quiet', '--no-checkout', `--filter=${filter}`, url, 'partial')
      for (const unreachable of [false, true]) {
        const { coverage, places } = await scan({ folder: join(repository.folder, 'partial'), unreachable })
        expect([places, coverage.isComplete, coverage.skipped.missing]).toEqual([[], false, 1])
      }
    },
  )

  test('when an object was deleted, and all others are read', async () => {
    repository.write('a', 'gone')
    repository.write('b', token)
    repository.commit()
    const id = repository.git('rev-parse', 'HEAD:a').trim()
    rmSync(join(repository.folder, '.git/objects', id.slice(0, 2), id.slice(2)))
    const { coverage, tokens } = await scan()
    expect(tokens).toEqual(new Set([token]))
    expect(coverage.unread).toEqual([{ path: `.git/objects/${id.slice(0, 2)}/${id.slice(2)}`, reason: 'missing' }])
  })

  test('when a file is compressed, under its name', async () => {
    repository.write('a.zip', Buffer.from('504b0304', 'hex'))
    const commit = repository.commit()
    const { coverage } = await scan()
    expect(coverage.unread).toEqual([{ path: 'a.zip', reason: 'compressed', why: `commit ${commit}` }])
  })

  test('when there is nothing to read', async () => {
    expect((await scan()).coverage.unread).toEqual([{ path: '.git', reason: 'empty' }])
  })

  test('when a folder leads to another repository', async () => {
    repository.git('update-index', '--add', '--cacheinfo', `160000,${'1'.repeat(40)},library`)
    repository.git('commit', '--quiet', '--message', 'x')
    const { coverage } = await scan()
    expect([coverage.skipped.submodule, coverage.isComplete]).toEqual([1, true])
  })
})

describe('git that fails is said to', () => {
  test.each(['garbage', ''])('when a reference holds "%s"', async (content) => {
    repository.commit()
    writeFileSync(join(repository.folder, '.git/refs/heads/bad'), content)
    await expect(scan()).rejects.toThrow('bad')
  })

  test('when an object ends early, after all that was found', async () => {
    repository.write('a', 'x'.repeat(100_000))
    repository.commit()
    const id = repository.git('rev-parse', 'HEAD:a').trim()
    const object = join(repository.folder, '.git/objects', id.slice(0, 2), id.slice(2))
    const whole = readFileSync(object)
    chmodSync(object, 0o600)
    writeFileSync(object, whole.subarray(0, whole.length - 8))
    await expect(scan()).rejects.toThrow()
  })

  test('when it prints nothing for too long, and it is killed', async () => {
    repository.commit()
    const bin = join(repository.folder, 'bin')
    mkdirSync(bin)
    const pidFile = join(repository.folder, 'pid')
    writeFileSync(join(bin, 'git'), `#!/bin/sh\necho $$ > ${pidFile}\nexec tail -f /dev/null\n`, { mode: 0o755 })
    const { PATH } = process.env
    try {
      process.env.PATH = `${bin}:${PATH}`
      await expect(scan({ silenceMs: 300 })).rejects.toThrow('git printed nothing for 0.3 seconds and was stopped')
    } finally {
      process.env.PATH = PATH
    }
    const pid = Number(readFileSync(pidFile, 'utf8'))
    await expect.poll(() => existsSync(`/proc/${pid}/fd/0`)).toBe(false)
  })

  test('when it is not there', async () => {
    const { PATH } = process.env
    try {
      process.env.PATH = repository.folder
      await expect(scan()).rejects.toMatchObject({ reason: 'absent' })
    } finally {
      process.env.PATH = PATH
    }
  })

  test('when its reference is a pipe that nobody writes to', async () => {
    repository.commit()
    rmSync(join(repository.folder, '.git/HEAD'))
    repository.pipe('.git/HEAD')
    await expect(scan({ silenceMs: 300 })).rejects.toMatchObject({ reason: 'silent' })
  })
})

test('a link that leads out of the repository is followed by nothing', async () => {
  repository.write('a', '')
  symlinkSync('/etc/passwd', join(repository.folder, 'link'))
  repository.commit()
  expect((await scan()).places).toEqual([])
})
