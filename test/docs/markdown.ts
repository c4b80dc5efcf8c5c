import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'

export const root: string = join(import.meta.dirname, '../..')

/** A fenced block of a page. */
export interface Block {
  language: string
  code: string
  /** Line of the page on which `code` begins, counted from 1. */
  line: number
  /** It goes on from the block above: `<!-- continues -->` stands before its fence. */
  continues: boolean
}

interface Link {
  target: string
  line: number
}

/** A page of documentation, read line by line. */
export interface Page {
  /** Path from the root of the repository. */
  path: string
  text: string
  blocks: Block[]
  /** Links and images, those in code left out. */
  links: Link[]
  /** Names that a link to this page may end in, as GitHub makes them of the headings. */
  anchors: Set<string>
}

/** All pages: at the root, in `docs`, and beside each package. */
export function readPages(): Page[] {
  const packages = readdirSync(join(root, 'packages')).map((name) => `packages/${name}`)
  return ['.', 'docs', ...packages]
    .flatMap((folder) =>
      readdirSync(join(root, folder))
        .filter((name) => name.endsWith('.md'))
        .map((name) => join(root, folder, name)),
    )
    .map((path) => readPage(relative(root, path), readFileSync(path, 'utf8')))
}

const FENCE = /^```(\w*)$/
const CONTINUES = '<!-- continues -->'

export function readPage(path: string, text: string): Page {
  const page: Page = { path, text, blocks: [], links: [], anchors: new Set() }
  let open: Block | undefined
  let isContinued = false
  for (const [index, line] of text.split('\n').entries()) {
    const fence = FENCE.exec(line)
    if (open !== undefined) {
      if (fence === null) open.code += `${line}\n`
      else open = undefined
    } else if (fence !== null) {
      open = { language: fence[1] ?? '', code: '', line: index + 2, continues: isContinued }
      page.blocks.push(open)
      isContinued = false
    } else if (line === CONTINUES) {
      isContinued = true
    } else {
      readProse(line, index + 1, page)
    }
  }
  if (open !== undefined) throw new Error(`${path}:${open.line}: this block has no end`)
  return page
}

function readProse(line: string, number: number, page: Page): void {
  const heading = /^#{1,6} (.+)$/.exec(line)
  if (heading?.[1] !== undefined) page.anchors.add(anchorOf(heading[1], page.anchors))
  const prose = line.replace(/`[^`]*`/g, '')
  for (const [, target] of prose.matchAll(/\]\(([^)\s]+)\)/g))
    page.links.push({ target: target as string, line: number })
}

/** As GitHub does it: lower case, punctuation dropped, blanks to hyphens, a number where the name is taken. */
function anchorOf(heading: string, taken: Set<string>): string {
  const name = heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-')
  for (let number = 0; ; number++) {
    const anchor = number === 0 ? name : `${name}-${number}`
    if (!taken.has(anchor)) return anchor
  }
}
