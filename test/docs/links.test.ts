import { existsSync } from 'node:fs'
import { join, normalize, relative } from 'node:path'
import { expect, test } from 'vitest'
import { readPage, readPages, root } from './markdown.ts'

const pages = readPages()

test('every relative link ends at a file, and every anchor at a heading', () => {
  const known = new Map(pages.map((page) => [page.path, page.anchors]))
  const broken = pages.flatMap(({ path, links }) =>
    links
      .filter(({ target }) => !/^[a-z]+:/.test(target))
      .filter(({ target }) => {
        const [file = '', anchor] = target.split('#')
        const aim = file === '' ? path : relative(root, normalize(join(root, path, '..', file)))
        if (!existsSync(join(root, aim))) return true
        return anchor !== undefined && !known.get(aim)?.has(anchor)
      })
      .map(({ target, line }) => `${path}:${line}: ${target}`),
  )
  expect(broken).toEqual([])
})

test('every page of docs can be reached from the README', () => {
  const links = new Map(pages.map(({ path, links }) => [path, links]))
  const reached = new Set(['README.md'])
  for (const path of reached) {
    for (const { target } of links.get(path) ?? []) {
      const aim = relative(root, normalize(join(root, path, '..', target.split('#')[0] ?? '')))
      if (links.has(aim)) reached.add(aim)
    }
  }
  const strays = pages.map(({ path }) => path).filter((path) => !path.startsWith('packages/') && !reached.has(path))
  expect(strays).toEqual([])
})

test('headings get the anchors that GitHub gives them', () => {
  const { anchors } = readPage(
    'page.md',
    ['# A `keyFormat`, and more', '## insufficient_scope', '## Same', '## Same'].join('\n'),
  )
  expect([...anchors]).toEqual(['a-keyformat-and-more', 'insufficient_scope', 'same', 'same-1'])
})
