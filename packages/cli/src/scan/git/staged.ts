import { existsSync, realpathSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { Coverage } from '../coverage.ts'
import type { Finder } from '../finder.ts'
import type { Find } from '../finding.ts'
import { textOfName } from '../names.ts'
import { broughtIn } from './brought.ts'
import { type Change, isAbsent, readChanges } from './changes.ts'
import { Git, GitError, type GitOptions } from './git.ts'
import { findsInName } from './naming.ts'
import { ObjectSearch } from './object-search.ts'

const DIFF = ['diff-index', '--cached', '--raw', '-r', '-z', '--no-renames', '--no-abbrev']

/**
 * Reads what is staged for the next commit, and yields the tokens that it brings in.
 *
 * @param onProgress is called now and then
 * @throws {GitError} when git does
 */
export async function* readStaged(
  git: Git,
  finder: Finder,
  coverage: Coverage,
  onProgress: () => void,
): AsyncGenerator<Find> {
  const changes: Change[] = []
  for await (const change of readChanges(git.read([...DIFF, await lastCommit(git)]))) {
    if (change.isSubmodule) coverage.pass('submodule', () => finder.tokens.mask(textOfName(change.path)))
    else changes.push(change)
  }
  const after = new ObjectSearch(finder, coverage)
  await after.searchIds(git, linesOf(changes.map(({ newId }) => newId)), onProgress)
  for (const { newId, path } of changes) {
    if (after.compressed.has(newId)) coverage.miss('compressed', finder.tokens.mask(textOfName(path)))
  }
  // What was there before is looked at only where it matters, and is no part of what the scan covers.
  const changed = changes.filter(({ newId }) => after.found.has(newId))
  const before = new ObjectSearch(finder, coverage.aside())
  await before.searchIds(git, linesOf(changed.flatMap(({ oldIds }) => oldIds)), onProgress)
  const hitsOf = (id: string) => (after.found.get(id) ?? before.found.get(id))?.hits ?? []
  for (const change of changes) {
    const path = textOfName(change.path)
    yield* findsInName(change, finder.tokens)
    for (const { token, line, column } of broughtIn(change, hitsOf)) yield { token, place: { path, line, column } }
  }
}

/** The commit to compare with, or the empty tree where there is none yet. */
async function lastCommit(git: Git): Promise<string> {
  try {
    return (await git.output(['rev-parse', '--verify', '--quiet', 'HEAD^{commit}'])).toString().trim()
  } catch (cause) {
    if (!(cause instanceof GitError) || cause.reason !== 'failed') throw cause
    return (await git.output(['hash-object', '-t', 'tree', '--stdin'])).toString().trim()
  }
}

async function* linesOf(ids: readonly string[]): AsyncGenerator<Buffer> {
  const present = new Set(ids.filter((id) => !isAbsent(id)))
  if (present.size > 0) yield Buffer.from(`${[...present].join('\n')}\n`)
}

/**
 * Git for what is staged in the repository of a folder. A commit of some paths alone is made from an index of its own,
 * which git names to its hooks. It is read if it lies in the same repository.
 *
 * @param indexFile the index that the environment names, relative to `cwd`
 */
export async function gitForStaged(
  folder: string,
  options: GitOptions,
  { indexFile, cwd }: { readonly indexFile: string | undefined; readonly cwd: string },
): Promise<Git> {
  const git = new Git(folder, options)
  if (!indexFile) return git
  const own = (await git.output(['rev-parse', '--absolute-git-dir'])).toString('utf8').replace(/\n$/, '')
  const named = resolve(cwd, indexFile)
  return existsSync(named) && realpathSync(dirname(named)) === realpathSync(own)
    ? new Git(folder, { ...options, indexFile: named })
    : git
}
