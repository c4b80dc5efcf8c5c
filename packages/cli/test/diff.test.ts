import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { DiffReader } from '../src/scan/diff.ts'

const folder = mkdtempSync(join(tmpdir(), 'bearward-diff-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** The lines that a diff has added, as `path:line: text`. */
function added(diff: string): string[] {
  const reader = new DiffReader()
  return diff.split('\n').flatMap((line) => {
    const place = reader.read(line)
    return typeof place === 'object' ? [`${place.path}:${place.line}: ${line.slice(place.marks)}`] : []
  })
}

test('what git says of two files is read, whatever is in them', () => {
  const line = fc.constantFrom(
    '',
    'a',
    'b',
    '+++ b/x',
    '--- a/x',
    '@@ -1 +1 @@',
    'diff --git a/x b/x',
    '+',
    '-',
    '\\ No',
  )
  const text = fc.array(line, { maxLength: 12 }).map((lines) => lines.join('\n'))
  fc.assert(
    fc.property(text, text, fc.constantFrom(0, 3), (before, after, context) => {
      writeFileSync(join(folder, 'before'), before)
      writeFileSync(join(folder, 'after'), after)
      const diff = diffOf('before', 'after', context)
      // Told from the other side: take away what was added, and what is left of the new file is what both have.
      const lines = after.split('\n')
      const places = added(diff).map((entry) => /^after:(\d+): (.*)$/s.exec(entry))
      for (const [, number, content] of places.map((place) => place ?? [])) {
        expect(lines[Number(number) - 1]).toBe(content)
      }
      const count =
        diff.split('\n').length === 1 ? 0 : Number(/(\d+)\t\d+\t/.exec(diffOf('before', 'after', 0, '--numstat'))?.[1])
      expect(places).toHaveLength(count)
    }),
    { numRuns: 60 },
  )
}, 60_000)

function diffOf(before: string, after: string, context: number, ...more: string[]): string {
  const argv = ['diff', '--no-index', `--unified=${context}`, ...more, before, after]
  try {
    return execFileSync('git', argv, { cwd: folder, encoding: 'utf8' })
  } catch (cause) {
    return String((cause as { stdout: string }).stdout)
  }
}

test('names that git quotes are read', () => {
  const head = 'diff --git "a/x" "b/x"\n--- /dev/null\n'
  const hunk = '\n@@ -0,0 +1 @@\n+x'
  expect(added(`${head}+++ "b/\\303\\251 \\"\\t\\\\.txt"${hunk}`)).toEqual(['é "\t\\.txt:1: x'])
  expect(added(`${head}+++ b/a b.txt\t${hunk}`)).toEqual(['a b.txt:1: x'])
})

test('of a merge, what neither side has brought is added', () => {
  const diff = [
    'diff --cc file',
    'index 1,2..3',
    '--- a/file',
    '+++ b/file',
    '@@@ -1,2 -1,2 +1,3 @@@',
    '- ours',
    ' -theirs',
    '++both',
    ' +from ours',
    '  common',
    'commit',
  ]
  expect(added(diff.join('\n'))).toEqual(['file:1: both', 'file:2: from ours'])
})

test('what is taken away with its file is part of a diff, too', () => {
  const reader = new DiffReader()
  const diff = [
    'diff --git a/x b/x',
    'deleted file mode 100644',
    '--- a/x',
    '+++ /dev/null',
    '@@ -1,2 +0,0 @@',
    '-one',
    '-two',
    'text',
  ]
  expect(diff.map((line) => reader.read(line)).slice(5)).toEqual(['other', 'other', undefined])
})
