import { copyFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { keyFormat } from '@bearward/core'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Coverage } from '../src/scan/coverage.ts'
import { gitForStaged } from '../src/scan/git/staged.ts'
import { scanStaged } from '../src/scan/scan.ts'
import { ENCODINGS, encode } from './encodings.ts'
import { Repository } from './repository.ts'

const format = keyFormat({ prefix: 'acme' })
const token = format.generate()

let repository: Repository
beforeEach(() => {
  repository = new Repository().init()
})
afterEach(() => repository.remove())

async function scan(indexFile?: string, folder = repository.folder) {
  const coverage = new Coverage('object')
  const places: string[] = []
  const git = await gitForStaged(folder, { silenceMs: 20_000 }, { indexFile, cwd: folder })
  await scanStaged(git, {
    format: { prefix: 'acme' },
    coverage,
    onFinding: ({ place: { path, line, column } }) => void places.push(`${path}:${line}:${column}`),
  })
  return { places: places.sort(), unread: coverage.unread, skipped: coverage.skipped }
}

test('a key is found in what is staged, in each encoding, before the first commit and after it', async () => {
  for (const first of [true, false]) {
    for (const [index, encoding] of ENCODINGS.entries()) {
      repository.write(`${first}-${index}`, encode(`one\n${token}`, encoding))
    }
    repository.git('add', '--', `${first}-*`)
    repository.write('not staged', token)
    expect((await scan()).places).toEqual(ENCODINGS.map((_, index) => `${first}-${index}:2:1`))
    repository.git('commit', '--quiet', '--message', 'x')
  }
})

test('a key that is taken out, moved within its file, or there already, is none that is brought in', async () => {
  repository.write('a', `${token}\n`)
  repository.write('b', `${token}\n`)
  repository.commit()
  expect(await scan()).toMatchObject({ places: [], unread: [] })
  repository.write('a', `more\n${token}\n`)
  repository.git('rm', '--quiet', 'b')
  repository.git('add', '.')
  expect((await scan()).places).toEqual([])
  repository.write('a', `${token}\n${token}\n`)
  repository.git('add', '.')
  expect((await scan()).places).toEqual(['a:2:1'])
})

test('a key in the name of a new file is found, whatever the name is', async () => {
  repository.write(`é "\n${token}`, '')
  repository.write(Buffer.from('\xff', 'latin1'), token)
  repository.git('add', '.')
  expect((await scan()).places).toEqual([`\\xff:1:1`, `é "\n${format.hint(token)}:1:1`])
})

test('what is compressed is told, and a submodule is counted', async () => {
  repository.write('a.zip', Buffer.from('504b0304', 'hex'))
  repository.git('add', '.')
  repository.git('update-index', '--add', '--cacheinfo', `160000,${'1'.repeat(40)},library`)
  const { unread, skipped } = await scan()
  expect([unread, skipped.submodule]).toEqual([[{ path: 'a.zip', reason: 'compressed' }], 1])
})

test('the index that git names to a hook is read if it is one of this repository', async () => {
  repository.write('a', 'clean')
  repository.commit()
  const index = join(repository.folder, '.git/index')
  copyFileSync(index, join(repository.folder, '.git/index.clean'))
  repository.write('a', token)
  repository.git('add', '.')
  copyFileSync(index, join(repository.folder, '.git/next-index-1.lock'))
  copyFileSync(join(repository.folder, '.git/index.clean'), index)
  expect((await scan()).places).toEqual([])
  expect((await scan('.git/next-index-1.lock')).places).toEqual(['a:1:1'])
  expect((await scan(join(repository.folder, '.git/next-index-1.lock'))).places).toEqual(['a:1:1'])
  symlinkSync('.', join(repository.folder, 'link'))
  expect((await scan(join(repository.folder, 'link/.git/next-index-1.lock'))).places).toEqual(['a:1:1'])

  const other = new Repository().init()
  try {
    other.write('b', token)
    other.git('add', '.')
    expect((await scan(join(repository.folder, '.git/index'), other.folder)).places).toEqual(['b:1:1'])
  } finally {
    other.remove()
  }
})

test('a damaged index is a failure', async () => {
  repository.write('a', token)
  repository.git('add', '.')
  writeFileSync(join(repository.folder, '.git/index'), 'damaged')
  await expect(scan()).rejects.toThrow('index')
})
