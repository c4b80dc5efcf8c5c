import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseSync, Visitor } from 'oxc-parser'

export interface Source {
  path: string
  /** The file without its comments. */
  code: string
  lines: number
  /** What it imports or exports from, types included, as written. */
  imports: string[]
}

/** All TypeScript files of a folder. */
export function readSources(folder: string): Source[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readSource(join(folder, name)))
}

function readSource(path: string): Source {
  const text = readFileSync(path, 'utf8')
  const { program, comments, errors } = parseSync(path, text)
  if (errors.length > 0) throw new Error(`${path} cannot be parsed: ${errors[0]?.message}`)

  const imports: string[] = []
  const add = (source: { value: unknown } | null) => {
    if (source !== null) imports.push(String(source.value))
  }
  new Visitor({
    ImportDeclaration: (node) => add(node.source),
    ExportNamedDeclaration: (node) => add(node.source),
    ExportAllDeclaration: (node) => add(node.source),
    ImportExpression: ({ source }) => imports.push(text.slice(source.start + 1, source.end - 1)),
    TSImportType: (node) => add(node.source),
  }).visit(program)

  let code = text
  for (const { start, end } of comments) code = code.slice(0, start) + ' '.repeat(end - start) + code.slice(end)
  return { path, code, lines: text.split('\n').length, imports }
}
