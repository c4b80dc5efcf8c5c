import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Block } from './markdown.ts'

/** A page, or the comments of a source. */
interface Text {
  path: string
  blocks: readonly Block[]
}

/** One module made of a `ts` block, or of a block and those that continue it. */
export interface Program {
  /** Where it stands: the file, and the line of its first block. */
  place: string
  code: string
  /** The file it was written to. */
  file: string
}

/** Writes every `ts` block as a module, and beside them the project that lets a compiler loose on them. */
export function writePrograms(folder: string, texts: readonly Text[]): Program[] {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const programs = texts.flatMap((text) => programsOf(folder, text))
  for (const { file, code } of programs) writeFileSync(file, code)
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(TSCONFIG, null, 2))
  return programs
}

/** Where programs are written: in this package, so that they find its dependencies, and never committed. */
export function folderFor(name: string): string {
  return join(import.meta.dirname, '.types', name)
}

/** What a strict project of a user's would say, and no more: no project's style forbids an unused name in an example. */
const TSCONFIG = {
  extends: '../../../../tsconfig.base.json',
  compilerOptions: {
    types: ['node'],
    composite: false,
    noEmit: true,
    isolatedDeclarations: false,
    noUnusedLocals: false,
    noUnusedParameters: false,
    allowImportingTsExtensions: true,
    moduleDetection: 'force',
  },
  include: ['*.ts'],
}

function programsOf(folder: string, { path, blocks }: Text): Program[] {
  const programs: Program[] = []
  for (const block of blocks.filter(({ language }) => language === 'ts')) {
    const last = programs.at(-1)
    if (block.continues && last !== undefined) last.code = atLine(last.code, block)
    else if (block.continues) throw new Error(`${path}:${block.line}: there is no block to continue`)
    else
      programs.push({
        place: `${path}:${block.line}`,
        code: atLine('', block),
        file: join(folder, nameOf(path, block.line)),
      })
  }
  return programs
}

/** Each block keeps the lines it has in its page, so that what a compiler says can be looked up there. */
function atLine(code: string, { line, code: more }: Block): string {
  return code + '\n'.repeat(line - code.split('\n').length) + more
}

function nameOf(path: string, line: number): string {
  return `${path.replace(/\W/g, '-')}-${line}.ts`
}
