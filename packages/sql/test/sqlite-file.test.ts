import { chmodSync, existsSync, lstatSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { migrate, sqlite } from '../src/index.ts'

let folder: string
let umask: number
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bearward-sql-'))
  umask = process.umask()
})
afterEach(() => {
  process.umask(umask)
  rmSync(folder, { recursive: true })
})

const modes = (): Record<string, string> =>
  Object.fromEntries(
    readdirSync(folder).map((name) => [name, (lstatSync(join(folder, name)).mode & 0o777).toString(8)]),
  )

describe('a database that is made belongs to its owner alone', () => {
  test.each([0o000, 0o022, 0o077, 0o277, 0o777])('with a umask of %o', async (mask) => {
    process.umask(mask)
    const store = sqlite(join(folder, 'keys.db'))
    await migrate(store)
    // The write-ahead log and its index are there while the database is open.
    expect(modes()).toEqual({ 'keys.db': '600', 'keys.db-shm': '600', 'keys.db-wal': '600' })
    await store.close()
  })

  test.each<[string, (path: string) => string]>([
    ['a URI', (path) => pathToFileURL(path).href],
    ['a URI with a mode', (path) => `file:${path}?mode=rwc`],
    ['a URI with parameters', (path) => `file://localhost${path}?cache=private#x`],
  ])('named by %s', async (_, nameOf) => {
    process.umask(0)
    const store = sqlite(nameOf(join(folder, 'a b%é.db').replaceAll('%', '%25')))
    await migrate(store)
    await store.close()
    expect(Object.values(modes())).toEqual(['600'])
  })

  test('behind a symbolic link that leads to no file yet', async () => {
    process.umask(0)
    symlinkSync(join(folder, 'keys.db'), join(folder, 'link.db'))
    const store = sqlite(join(folder, 'link.db'))
    await migrate(store)
    await store.close()
    expect(modes()['keys.db']).toBe('600')
  })
})

test('a file that is there keeps its mode', async () => {
  const path = join(folder, 'keys.db')
  writeFileSync(path, '')
  chmodSync(path, 0o640)
  const store = sqlite(path)
  await migrate(store)
  await store.close()
  expect(modes()).toEqual({ 'keys.db': '640' })
})

test.each(['ro', 'rw', 'memory'])('a URI with mode=%s makes no file', (mode) => {
  const path = join(folder, 'keys.db')
  const open = () => sqlite(`file:${path}?mode=${mode}`)
  if (mode === 'memory') open()
  else expect(open).toThrow('sqlite: cannot open')
  expect(existsSync(path)).toBe(false)
})
