import { Readable } from 'node:stream'
import { keyFormat } from '@bearward/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Coverage, type UnreadReason } from '../src/scan/coverage.ts'
import { createFinder } from '../src/scan/finder.ts'
import { searchText } from '../src/scan/text.ts'
import { ENCODINGS, encode } from './encodings.ts'

const format = keyFormat({ prefix: 'acme' })
const token = format.generate()
const finder = createFinder({ prefix: 'acme' })

/** The places of tokens in a stream that comes in pieces of a few bytes, and what was not read. */
async function search(text: string | Buffer, pieceLength = 7): Promise<{ places: string[]; unread: UnreadReason[] }> {
  const bytes = Buffer.from(text)
  const pieces = Array.from({ length: Math.ceil(bytes.length / pieceLength) }, (_, index) =>
    bytes.subarray(index * pieceLength, (index + 1) * pieceLength),
  )
  const coverage = new Coverage(undefined)
  const places: string[] = []
  for await (const { path = '-', line, column } of searchText(Readable.from(pieces), finder, coverage)) {
    places.push(`${path}:${line}:${column}`)
  }
  expect(coverage.bytes).toBe(bytes.length)
  return { places, unread: coverage.unread.map(({ reason }) => reason) }
}

const HEAD = 'diff --git a/x b/x\n--- a/x\n+++ b/x\n'

describe('text', () => {
  test.each(ENCODINGS)('in $name with $mark mark is searched, with lines and columns', async (encoding) => {
    const text = encode(`one\r\n é ${token}\n${token}\n`, encoding)
    expect(await search(text)).toEqual({ places: ['-:2:4', '-:3:1'], unread: [] })
    expect((await search(encode(token, encoding))).places).toEqual(['-:1:1'])
  })

  test('of which nothing came is said to be empty', async () => {
    expect(await search('')).toEqual({ places: [], unread: ['empty'] })
    expect(await search('\n')).toEqual({ places: [], unread: [] })
  })

  test('with a key that colours cut into pieces is searched as a terminal shows it', async () => {
    const coloured = `é \u001b[01;31m\u001b[Kacme_\u001b[m\u001b[K${token.slice(5)}`
    expect((await search(coloured)).places).toEqual(['-:1:3'])
  })

  test('with an escape in front of a key that would take its first letter away is searched as it stands, too', async () => {
    expect((await search(`\u001b[${token}`)).places).toEqual(['-:1:3'])
  })
})

describe('a diff', () => {
  test('counts what was added, not what was taken away or was there before', async () => {
    const hunk = (line: string): string => `${HEAD}@@ -1,2 +1,2 @@\n same\n${line}\n`
    expect(await search(`${hunk(`-${token}`)}+other\n`)).toEqual({ places: [], unread: [] })
    expect(await search(`${HEAD}@@ -1,2 +1,2 @@\n ${token}\n-a\n+b\n`)).toEqual({ places: [], unread: [] })
    expect(await search(`${hunk('-gone')}+${token}\n`)).toEqual({ places: ['x:2:1'], unread: [] })
  })

  test.each(ENCODINGS)('of a file in $name with $mark mark counts the same', async (encoding) => {
    const lines = encode(`one\r\n${token}\r\n`, encoding)
    // As git shows it: a mark in front of what stands behind each byte of a line feed.
    const marked = (mark: string): Buffer =>
      Buffer.from(
        lines
          .toString('latin1')
          .split('\n')
          .map((line) => `${mark}${line}\n`)
          .join(''),
        'latin1',
      )
    const count = lines.toString('latin1').split('\n').length
    const added = Buffer.concat([Buffer.from(`${HEAD}@@ -0,0 +1,${count} @@\n`), marked('+')])
    expect(await search(added)).toEqual({ places: ['x:2:1'], unread: [] })
    const gone = Buffer.concat([Buffer.from(`${HEAD}@@ -1,${count} +0,0 @@\n`), marked('-')])
    expect(await search(gone)).toEqual({ places: [], unread: [] })
  })

  test.each<[string, string]>([
    ['more lines than it has', `@@ -1,9 +0,0 @@\n-${token}\ndiff --git a/y b/y\n`],
    ['more lines than follow at all', `@@ -1,999999999 +0,0 @@\n-${token}\n`],
    ['more old lines than it says', `@@ -1,1 +1,1 @@\n-a\n-${token}\n+b\n`],
    ['more files than git compares', `${'@'.repeat(65)}${' -1,9'.repeat(64)} +1,9 ${'@'.repeat(65)}\n+ - ${token}\n`],
    ['fewer ranges than marks', `@@@ -1,9 +1,9 @@@\n- ${token}\n`],
    ['marks that contradict each other', `@@@ -1,9 -1,9 +1,9 @@@\n+-${token}\n`],
    ['a line that begins with nothing that a diff writes', `@@ -1,2 +0,0 @@\n-a\n~${token}\n`],
    ['another indicator', `@@ -1,1 +1,1 @@\n-a\n>${token}\n`],
  ])('whose hunk has %s is text', async (_, hunk) => {
    expect((await search(HEAD + hunk)).places).toHaveLength(1)
  })

  test.each<[string, string]>([
    ['no head', `@@ -1,1 +0,0 @@\n-${token}\n`],
    ['a head without the old file', `+++ b/x\n@@ -1,1 +0,0 @@\n-${token}\n`],
    ['a line within its head', `--- a/x\n+++ b/x\n\n@@ -1,1 +0,0 @@\n-${token}\n`],
    ['text behind another hunk', `${HEAD}@@ -1 +0,0 @@\n-a\ntext\n@@ -1,1 +0,0 @@\n-${token}\n`],
  ])('with %s is text', async (_, text) => {
    expect((await search(text)).places).toHaveLength(1)
  })

  test('of words holds what was added in lines that begin with a blank', async () => {
    expect((await search(`${HEAD}@@ -1 +1 @@\n key: [-old-]{+${token}+}\n`)).places).toHaveLength(1)
    const colours = `${HEAD}@@ -1 +1 @@\n key: \u001b[31mold\u001b[m\u001b[32m${token}\u001b[m\n`
    expect((await search(colours)).places).toHaveLength(1)
  })

  test('in colours is read as one', async () => {
    const paint = (line: string): string => `\u001b[32m${line}\u001b[m\n`
    const text = [...HEAD.split('\n').slice(0, 3), '@@ -0,0 +1 @@', `+${token}`].map(paint).join('')
    expect((await search(text)).places).toEqual(['x:1:1'])
  })

  test('with line breaks of Windows is read as one', async () => {
    const text = `${HEAD}@@ -1,2 +1,3 @@\n a\n\n+${token}\n`.replaceAll('\n', '\r\n')
    expect(await search(text)).toEqual({ places: ['x:3:1'], unread: [] })
  })

  test.each<[string, string, string]>([
    ['without prefixes', '--- a/x\n+++ a/x', 'a/x'],
    ['with mnemonic prefixes', '--- i/x\n+++ w/x', 'x'],
    ['of another program', '--- old/x\t2026-01-01\n+++ new/x\t2026-01-02', 'new/x'],
    ['of a new file', '--- /dev/null\n+++ b/x', 'x'],
    ['with a name that is no UTF-8', '--- /dev/null\n+++ "b/\\377"', '\\xff'],
  ])('%s names the file', async (_, head, path) => {
    expect((await search(`${head}\n@@ -0,0 +1 @@\n+${token}\n`)).places).toEqual([`${path}:1:1`])
  })

  test.each<[string, string]>([
    ['ends within a hunk', `${HEAD}@@ -1,3 +1,3 @@\n a\n`],
    ['ends behind the head of a hunk', `${HEAD}@@ -1,3 +1,3 @@\n`],
  ])('that %s was cut off', async (_, text) => {
    expect(await search(text)).toEqual({ places: [], unread: ['cut'] })
  })

  test.each<[string, string, UnreadReason[]]>([
    ['binary files', 'index 1..2 100644\nBinary files a/x and b/x differ\n', ['omitted']],
    ['binary files, in the language of the user', 'index 1..2 100644\nBinärdateien sind verschieden\n', ['omitted']],
    ['binary files, at the end', 'index 1..2 100644', ['omitted']],
    ['a binary patch', 'index 1..2\nGIT binary patch\nliteral 9\nzcmZ\n', ['omitted']],
    ['a binary file that is gone', 'index 1..0000000\nBinary files a/x and /dev/null differ\n', []],
    ['an empty file', 'new file mode 100644\nindex 0000000..e69de29\n', []],
    ['a new name', 'similarity index 100%\nrename from x\nrename to y\n', []],
    ['a mode', 'old mode 100644\nnew mode 100755\n', []],
  ])('of %s', async (_, lines, unread) => {
    expect(await search(`diff --git a/x b/x\n${lines}`)).toEqual({ places: [], unread })
  })

  test.each(['Binary files a and b differ', 'Binary file x matches', 'Binary file x has changed'])(
    'or list of another program that says %s has left it out',
    async (line) => {
      expect((await search(`${line}\n`)).unread).toEqual(['omitted'])
    },
  )

  test('that was damaged anywhere never hides a key that it adds', async () => {
    const diff = `${HEAD}@@ -1,2 +1,3 @@\n a\n-b\n+c\n+${token}\n${HEAD}@@ -1 +0,0 @@\n-d\n`
    const lines = diff.split('\n')
    const head = fc.constantFrom(
      '@@ -1,9 +1,9 @@',
      '@@@ -1,9 -1,9 +1,9 @@@',
      '@@ -1 +1 @@',
      '--- a/y',
      '+++ b/y',
      '-',
      ' ',
      '+',
      '\\ No newline at end of file',
    )
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.nat(lines.length), head), { maxLength: 6 }), async (added) => {
        const damaged = [...lines]
        for (const [place, line] of added) damaged.splice(place, 0, line)
        expect((await search(damaged.join('\n'))).places.length).toBeGreaterThan(0)
      }),
      { numRuns: 300 },
    )
  })
})

test('of tokens that a hunk takes away, as many as fit are held until it ends', async () => {
  const lines = Array.from({ length: 10_001 }, () => `-${token}\n`).join('')
  const { places } = await search(`${HEAD}@@ -1,10001 +0,0 @@\n${lines}`, 1 << 16)
  // Told twice is better than held without end.
  expect(places.length).toBeGreaterThan(9_999)
})
