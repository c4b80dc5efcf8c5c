import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { parseSync } from 'oxc-parser'
import { type Block, readPage, root } from './markdown.ts'

/** The documentation comments of a source file. */
export interface Source {
  /** Path from the root of the repository. */
  path: string
  /** The fenced blocks of its comments; lines are those of the file. */
  blocks: Block[]
  /** What it declares and exports, with the documentation comment before it. */
  exports: Map<string, string | undefined>
  /** The members of each exported interface or class, with theirs. */
  members: Map<string, Map<string, string | undefined>>
  /** For an index file: exported name, and the file and name it comes from. */
  forwards: { name: string; from: string; original: string }[]
}

export const packages: readonly string[] = readdirSync(join(root, 'packages'))

export function readSources(): Source[] {
  return packages.flatMap((name) => {
    const folder = join(root, 'packages', name, 'src')
    return readdirSync(folder)
      .filter((file) => file.endsWith('.ts'))
      .map((file) => readSource(join(folder, file)))
  })
}

interface Named {
  id?: { name: string } | null
  key?: { name?: string }
  start: number
}

function readSource(path: string): Source {
  const text = readFileSync(path, 'utf8')
  const { program, comments, errors } = parseSync(path, text)
  if (errors.length > 0) throw new Error(`${path} cannot be parsed: ${errors[0]?.message}`)
  const docs = comments.filter(({ type, value }) => type === 'Block' && value.startsWith('*'))
  const source: Source = {
    path: relative(root, path),
    blocks: docs.flatMap(({ start, value }) => blocksOf(path, text, start, value)),
    exports: new Map(),
    members: new Map(),
    forwards: [],
  }
  const docBefore = (start: number): string | undefined =>
    docs.find((doc) => doc.end <= start && text.slice(doc.end, start).trim() === '')?.value

  for (const statement of program.body) {
    if (statement.type !== 'ExportNamedDeclaration') continue
    const { declaration } = statement
    if (declaration === null) {
      for (const { exported, local } of statement.specifiers) {
        const name = 'name' in exported ? exported.name : exported.value
        const original = 'name' in local ? local.name : local.value
        if (statement.source !== null) source.forwards.push({ name, from: statement.source.value, original })
      }
    } else if (declaration.type === 'VariableDeclaration') {
      for (const { id } of declaration.declarations) {
        if (id.type === 'Identifier') source.exports.set(id.name, docBefore(statement.start))
      }
    } else {
      const name = (declaration as Named).id?.name ?? ''
      source.exports.set(name, docBefore(statement.start))
      if (declaration.type === 'TSInterfaceDeclaration' || declaration.type === 'ClassDeclaration') {
        const members = declaration.body.body as Named[]
        source.members.set(
          name,
          new Map(members.flatMap((member) => (member.key?.name ? [[member.key.name, docBefore(member.start)]] : []))),
        )
      }
    }
  }
  return source
}

/** Reads a comment as a page, its stars taken away, its lines kept. */
function blocksOf(path: string, text: string, start: number, comment: string): Block[] {
  const linesBefore = text.slice(0, start).split('\n').length - 1
  const lines = comment.split('\n').map((line) => line.replace(/^\s*\* ?/, ''))
  return readPage(path, lines.join('\n')).blocks.map((block) => ({ ...block, line: block.line + linesBefore }))
}
