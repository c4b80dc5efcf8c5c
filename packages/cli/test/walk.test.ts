import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { keyFormat } from '@bearward/core'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Coverage, type UnreadReason } from '../src/scan/coverage.ts'
import { Git } from '../src/scan/git/git.ts'
import { joinNames, keyOfName, nameOf, textOfName } from '../src/scan/names.ts'
import { scanTree } from '../src/scan/scan.ts'
import { ENCODINGS, encode } from './encodings.ts'
import { Repository } from './repository.ts'

const format = keyFormat({ prefix: 'acme' })
const token = format.generate()

let tree: Repository
beforeEach(() => {
  tree = new Repository()
})
afterEach(() => tree.remove())

async function scan(options: { root?: string; withGit?: boolean; silenceMs?: number } = {}) {
  const { root = tree.folder, withGit = true, silenceMs = 20_000 } = options
  const coverage = new Coverage('file')
  const places: string[] = []
  const refusals: string[] = []
  await scanTree(root, {
    format: { prefix: 'acme' },
    coverage,
    binary: true,
    maxBytes: 1e9,
    gitFor: withGit ? (folder) => new Git(folder, { silenceMs }) : undefined,
    nameOf: (path) => path.replace(`${root}/`, ''),
    describeFailure: (name, cause) => `${name}: ${(cause as NodeJS.ErrnoException).code}`,
    onRefusal: (_, complaint) => refusals.push(complaint),
    onFinding: ({ place: { path, line, column } }) => void places.push(`${path}:${line}:${column}`),
  })
  const unread = coverage.unread.map(({ reason }): UnreadReason => reason)
  return { places: places.sort(), refusals, coverage, skipped: coverage.skipped, unread }
}

describe('keys are found', () => {
  test('in files of each encoding, and behind a NUL', async () => {
    for (const [index, encoding] of ENCODINGS.entries()) {
      tree.write(`${index}.txt`, encode(`one\r\nkey ${token}\n`, encoding))
    }
    tree.write('binary', `\0${token}`)
    const { places, coverage } = await scan()
    expect(places).toEqual([...ENCODINGS.map((_, index) => `${index}.txt:2:5`), 'binary:1:2'])
    expect(coverage.isComplete).toBe(true)
  })

  test('in files and folders whose names are no UTF-8, and equal names as text stay apart', async () => {
    mkdirSync(tree.bytesOf(Buffer.from('d\xfe', 'latin1')))
    tree.write(Buffer.from('d\xfe/k\xff', 'latin1'), token)
    tree.write(Buffer.from('\xff.txt', 'latin1'), 'clean')
    tree.write(Buffer.from('\xfe.txt', 'latin1'), token)
    tree.write('\ufffd.txt', token)
    tree.write('é.txt', token)
    expect((await scan()).places).toEqual(['\\xfe.txt:1:1', 'd\\xfe/k\\xff:1:1', 'é.txt:1:1', '\ufffd.txt:1:1'].sort())
  })

  test('in names, and in what links say', async () => {
    tree.write(`a/${token}`, '')
    symlinkSync(token, join(tree.folder, 'link'))
    const { places, skipped } = await scan()
    expect(places).toEqual([`a/${format.hint(token)}:1:1`, 'link:1:1'])
    expect(skipped.link).toBe(1)
  })

  test('at the bottom of a deep tree, and beside a loop of links', async () => {
    const deep = Array.from({ length: 300 }, () => 'd').join('/')
    tree.write(`${deep}/key`, token)
    symlinkSync('.', join(tree.folder, 'd/loop'))
    expect((await scan()).places).toEqual([`${deep}/key:1:1`])
  })
})

describe('what is passed over is counted', () => {
  test('when it is no file, and nothing hangs', async () => {
    tree.pipe('pipe')
    const server = createServer().listen(join(tree.folder, 'socket'))
    try {
      tree.write('a', token)
      const { places, skipped, coverage } = await scan()
      expect([places, skipped.special, coverage.isComplete]).toEqual([['a:1:1'], 2, true])
    } finally {
      server.close()
    }
  })

  test('when git ignores it by any of its files, and read where --ignored asks for it', async () => {
    tree.init()
    for (const name of ['by-file', 'by-exclude', 'by-config', 'by-attribute']) tree.write(name, token)
    tree.write('.gitignore', 'by-file\n')
    tree.write('.gitattributes', '* export-ignore -diff\n')
    tree.write('.git/info/exclude', 'by-exclude\n')
    tree.write('excludes', 'by-config\n')
    tree.git('config', 'core.excludesFile', join(tree.folder, 'excludes'))
    const { places, skipped } = await scan()
    expect([places, skipped.ignored, skipped.git]).toEqual([['by-attribute:1:1'], 3, 1])
    expect((await scan({ withGit: false })).places).toHaveLength(4)
  })

  test.each<[string, string[]]>([
    ['assume-unchanged', ['update-index', '--assume-unchanged', 'a']],
    ['skip-worktree', ['update-index', '--skip-worktree', 'a']],
    ['a sparse checkout', ['sparse-checkout', 'set', '--no-cone', 'b', '/a']],
    ['another work tree', ['config', 'core.worktree', '/']],
    ['a work tree above', ['config', 'core.worktree', '../..']],
    ['a repository that is bare', ['config', 'core.bare', 'true']],
  ])('and git hides nothing by %s', async (_, argv) => {
    tree.init()
    tree.write('a', token)
    tree.write('b', '')
    tree.commit()
    tree.write('new', token)
    tree.git(...argv)
    expect((await scan()).places).toEqual(['a:1:1', 'new:1:1'])
  })

  test('and a file that git has is read although it is ignored', async () => {
    tree.init()
    tree.write('a', token)
    tree.git('add', 'a')
    tree.write('.gitignore', '*\n')
    tree.write('folder/b', token)
    const { places, skipped } = await scan()
    // The folder, and the list itself.
    expect([places, skipped.ignored]).toEqual([['a:1:1'], 2])
  })
})

test('files of which git ignores exactly some are passed over, whatever their names are', async () => {
  const character = fc.constantFrom('a', 'é', ' ', '"', '\\', '\n', '*', '\ufffd')
  const name = fc.string({ unit: character, minLength: 1, maxLength: 4 }).map((text) => `n${text}`)
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(name, { maxLength: 6 }), async (names) => {
      const folder = new Repository().init()
      try {
        for (const each of names) folder.write(`${each}.log`, token)
        for (const each of names) folder.write(each, token)
        folder.write('.gitignore', '*.log\n')
        const { places, skipped } = await scan({ root: folder.folder })
        expect(places).toEqual(names.map((each) => `${each}:1:1`).sort())
        expect(skipped.ignored).toBe(names.length)
      } finally {
        folder.remove()
      }
    }),
    { numRuns: 8 },
  )
})

describe('all is read', () => {
  test('where git hangs, and it is asked once', async () => {
    tree.init()
    tree.write('a', token)
    for (const nested of ['one', 'two']) tree.write(`${nested}/.git/x`, '')
    tree.pipe('.gitignore')
    const { places, refusals } = await scan({ silenceMs: 300 })
    expect([places, refusals]).toEqual([['a:1:1'], ['git printed nothing for 0.3 seconds and was stopped']])
  })

  test('where git is damaged, which is said', async () => {
    tree.init()
    tree.write('.gitignore', 'a\n')
    tree.write('a', token)
    writeFileSync(join(tree.folder, '.git/index'), 'damaged')
    const { places, refusals } = await scan()
    expect([places, refusals]).toEqual([['a:1:1'], [expect.stringContaining('index file')]])
  })

  test('where there is no git, and where there is no repository', async () => {
    tree.write('.gitignore', 'a\n')
    tree.write('a', token)
    expect(await scan()).toMatchObject({ places: ['a:1:1'], refusals: [] })
    tree.init()
    const { PATH } = process.env
    try {
      process.env.PATH = tree.folder
      expect(await scan()).toMatchObject({ places: ['a:1:1'], refusals: [] })
    } finally {
      process.env.PATH = PATH
    }
  })
})

describe('what was not read is told', () => {
  test('when it is compressed', async () => {
    tree.write('a.gz', Buffer.from('1f8b0800', 'hex'))
    expect(await scan()).toMatchObject({ unread: ['compressed'] })
  })

  test('when nothing is there', async () => {
    expect(await scan()).toMatchObject({ unread: ['empty'] })
  })

  test('when it is neither a file nor a folder, and was named', async () => {
    const server = createServer().listen(join(tree.folder, 'socket'))
    try {
      expect(await scan({ root: join(tree.folder, 'socket') })).toMatchObject({ unread: ['failed'] })
    } finally {
      server.close()
    }
  })
})

test('an error of the caller ends the scan, and is no unreadable folder', async () => {
  tree.write('a/key', token)
  const scanning = scanTree(tree.folder, {
    format: { prefix: 'acme' },
    binary: true,
    maxBytes: 1e9,
    gitFor: undefined,
    nameOf: (path) => path,
    describeFailure: () => '',
    onRefusal: () => {},
    onFinding: () => Promise.reject(new Error('the store is down')),
  })
  await expect(scanning).rejects.toThrow('the store is down')
})

test('names are read, joined and shown without loss', () => {
  const bytes = (text: string): Buffer => Buffer.from(text, 'latin1')
  expect(nameOf(Buffer.from('é'))).toBe('é')
  expect(nameOf(bytes('\xff'))).toEqual(bytes('\xff'))
  expect(joinNames('a', 'b', '/')).toBe('a/b')
  expect(joinNames('/', 'b', '/')).toBe('/b')
  expect(joinNames('', 'b', '/')).toBe('b')
  expect(joinNames('a', bytes('\xff'), '/')).toEqual(bytes('a/\xff'))
  expect(joinNames(bytes('\xff'), 'é', '/')).toEqual(Buffer.concat([bytes('\xff/'), Buffer.from('é')]))
  expect(textOfName(Buffer.concat([bytes('\xff'), Buffer.from('é𝒳'), bytes('\xe9')]))).toBe('\\xffé𝒳\\xe9')
  expect(new Set([bytes('\xff'), bytes('\xfe'), '\ufffd', 'ÿ'].map(keyOfName)).size).toBe(4)
})
