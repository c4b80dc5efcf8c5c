import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { keyFormat } from '@bearward/core'
import { afterAll, describe, expect, test } from 'vitest'
import { type FileOutcome, FileSearch } from '../src/scan/files.ts'
import { createFinder } from '../src/scan/finder.ts'

const format = keyFormat({ prefix: 'acme', environments: ['live', 'production'] })
const token = format.generate('live')
const folder = mkdtempSync(join(tmpdir(), 'bearward-files-'))
afterAll(() => rmSync(folder, { recursive: true }))

const PIECE = 1 << 20

function search(content: Buffer | string, limits = {}) {
  const path = join(folder, 'file')
  writeFileSync(path, content)
  const found: [string, number, number][] = []
  const files = new FileSearch(createFinder(format), { binary: false, maxBytes: 1e9, ...limits })
  const outcome: FileOutcome = files.search(path, (...args) => found.push(args))
  return { outcome, found, bytesRead: files.bytesRead }
}

test('says line and column, in UTF-16 code units', () => {
  const { found } = search(`one\r\n  é𝒳 ${token}${token}\n${token}`)
  expect(found).toEqual([
    [token, 2, 7],
    [token, 2, 7 + token.length],
    [token, 3, 1],
  ])
})

describe('a token at the seam of two pieces is found once', () => {
  const seams = Array.from({ length: token.length + 3 }, (_, index) => index - 1)
  test.each(seams)('%i characters before it', (before) => {
    const start = PIECE - before
    const lines = `${'x'.repeat(99)}\n`.repeat(Math.ceil(start / 100)).slice(0, start)
    const { found, outcome, bytesRead } = search(`${lines}${token} and more`)
    expect(outcome).toBe('read')
    expect(found).toEqual([[token, Math.floor(start / 100) + 1, (start % 100) + 1]])
    expect(bytesRead).toBe(start + token.length + 9)
  })
})

test('files of exactly one piece, and of several, are read to their end', () => {
  for (const pieces of [1, 2, 3]) {
    const { found } = search(Buffer.concat([Buffer.alloc(pieces * PIECE - token.length, 0x20), Buffer.from(token)]))
    expect(found).toEqual([[token, 1, pieces * PIECE - token.length + 1]])
  }
})

test('what is empty holds nothing', () => {
  expect(search('')).toMatchObject({ outcome: 'read', found: [] })
})

test('what has a NUL among its first 8000 bytes is passed over, unless it is asked for', () => {
  const binary = Buffer.concat([Buffer.alloc(7999, 1), Buffer.from([0]), Buffer.from(token)])
  expect(search(binary)).toMatchObject({ outcome: 'binary', found: [] })
  expect(search(binary, { binary: true }).found).toHaveLength(1)
  expect(search(Buffer.concat([Buffer.alloc(8000, 1), Buffer.from([0]), Buffer.from(token)])).found).toHaveLength(1)
})

test.each(['utf-16le', 'utf-16be'])('%s is text', (encoding) => {
  const little = Buffer.from(`\ufeffone\n two ${token}`, 'utf16le')
  const { outcome, found } = search(encoding === 'utf-16le' ? little : little.swap16())
  expect(outcome).toBe('read')
  expect(found).toEqual([[token, 2, 6]])
})

test('what is longer than the limit is said to be', () => {
  expect(search('x'.repeat(1001), { maxBytes: 1000 }).outcome).toBe('huge')
  expect(search('x'.repeat(1000), { maxBytes: 1000 }).outcome).toBe('read')
})
