import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { privateFolder } from '../src/private-folder.ts'

let home: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'bearward-home-'))
})
afterEach(() => rmSync(home, { recursive: true }))

test('a folder is made for its owner alone, with those above it', () => {
  const folder = privateFolder(join(home, '.cache', 'bearward'))
  expect(folder).toBe(join(home, '.cache', 'bearward'))
  expect(statSync(folder ?? '').mode & 0o777).toBe(0o700)
  expect(privateFolder(join(home, '.cache', 'bearward'))).toBe(folder)
})

describe('no folder is taken', () => {
  const path = (): string => join(home, '.cache', 'bearward')

  test.each([0o777, 0o775, 0o770, 0o750, 0o701])('of mode %o', (mode) => {
    mkdirSync(path(), { recursive: true })
    chmodSync(path(), mode)
    expect(privateFolder(path())).toBeUndefined()
  })

  test.each([0o777, 0o775, 0o773])('below one of mode %o, and nothing is made there', (mode) => {
    mkdirSync(join(home, '.cache'))
    chmodSync(join(home, '.cache'), mode)
    expect(privateFolder(path())).toBeUndefined()
    expect(existsSync(path())).toBe(false)
  })

  test('behind a link to one that others can write', () => {
    mkdirSync(join(home, 'open/folder'), { recursive: true })
    chmodSync(join(home, 'open'), 0o777)
    mkdirSync(join(home, '.cache'))
    symlinkSync(join(home, 'open/folder'), path())
    expect(privateFolder(path())).toBeUndefined()
  })

  test.skipIf(process.getuid?.() !== 0)('of another user, nor below one', () => {
    mkdirSync(path(), { recursive: true, mode: 0o700 })
    chownSync(path(), 65_534, 65_534)
    expect(privateFolder(path())).toBeUndefined()
    chownSync(path(), 0, 0)
    expect(privateFolder(path())).toBe(path())
    chownSync(join(home, '.cache'), 65_534, 65_534)
    expect(privateFolder(path())).toBeUndefined()
  })

  test('where a file is', () => {
    mkdirSync(join(home, '.cache'))
    symlinkSync('/dev/null', path())
    expect(privateFolder(path())).toBeUndefined()
  })
})
