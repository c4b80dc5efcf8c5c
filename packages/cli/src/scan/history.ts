import { broughtIn } from './brought.ts'
import { type Change, readChanges } from './changes.ts'
import type { Coverage } from './coverage.ts'
import type { Finder } from './finder.ts'
import type { Place } from './finding.ts'
import { type Git, GitError } from './git.ts'
import { textOfName } from './names.ts'
import { ObjectSearch, objectPath } from './object-search.ts'

/** A token in a repository. */
export interface Find {
  readonly token: string
  readonly place: Place
}

/** What of a history is read. */
export interface HistoryOptions {
  /** Whether objects are read, too, that no branch, tag or stash leads to. */
  readonly unreachable: boolean
  /** Is called now and then, while objects are read. */
  readonly onProgress: () => void
}

/** The place of a message: no file of a repository has this path. */
const COMMIT_MESSAGE = '.git/COMMIT_EDITMSG'
const LIST = ['rev-list', '--all', '--stdin']
const OBJECTS = ['--objects', '--no-object-names', '--missing=print']
const DIFF = ['diff-tree', '--stdin', '-r', '-c', '--root', '--raw', '--no-renames', '--no-abbrev', '-z']
const ALL_TYPES = ['cat-file', '--batch-all-objects', '--batch-check=%(objectname) %(objecttype)']

/**
 * Reads a history object by object, and not as git prints it: no message, name or file can look like the end of another,
 * and neither attributes nor configuration decide what is shown. Then finds the commits that brought the tokens in.
 *
 * @throws {GitError} at the end, after all that was found
 */
export async function* readHistory(
  git: Git,
  finder: Finder,
  coverage: Coverage,
  { unreachable, onProgress }: HistoryOptions,
): AsyncGenerator<Find> {
  const objects = new ObjectSearch(finder, coverage)
  let failure: unknown
  let stashes: Buffer = Buffer.alloc(0)
  try {
    const refs = (await git.output(['for-each-ref', '--format=%(refname)'])).toString('utf8')
    for (const token of finder.tokens.readAll(refs)) yield { token, place: nameOfRef(refs, token) }
    // A stash leads to the one before it by the log of its name alone.
    if (/^refs\/stash$/m.test(refs)) stashes = await git.output(['rev-list', '--walk-reflogs', 'refs/stash'])
    const reachable = presentIds(git.read([...LIST, ...OBJECTS], once(stashes)), coverage)
    if (unreachable) for await (const _ of reachable) onProgress()
    await (unreachable ? objects.searchAll(git, onProgress) : objects.searchIds(git, reachable, onProgress))
    const isShallow = (await git.output(['rev-parse', '--is-shallow-repository'])).toString().trim() !== 'false'
    if (isShallow) coverage.miss('shallow', '.git/shallow')
  } catch (cause) {
    failure = cause
  }
  for (const _ of objects.submodules) coverage.pass('submodule')
  yield* findsOutsideOfFiles(objects)
  const commits = unreachable ? allCommits(git) : git.read(LIST, once(stashes))
  yield* findsInFiles(objects, git.read(DIFF, commits), finder, coverage)
  if (failure !== undefined) throw failure
}

async function* once(bytes: Buffer): AsyncGenerator<Buffer> {
  if (bytes.length > 0) yield bytes
}

function nameOfRef(refs: string, token: string): Place {
  return { path: `.git/${refs.split('\n').find((ref) => ref.includes(token))}`, line: 1, column: 1 }
}

/** Leaves out ids with `?` in front: these objects are not there. */
async function* presentIds(output: AsyncIterable<Buffer>, coverage: Coverage): AsyncGenerator<Buffer> {
  let begun = ''
  for await (const piece of output) {
    const lines = (begun + piece.toString('latin1')).split('\n')
    begun = lines.pop() ?? ''
    const present = lines.filter((line) => !line.startsWith('?'))
    for (const line of lines) if (line.startsWith('?')) coverage.miss('missing', objectPath(line.slice(1)))
    if (present.length > 0) yield Buffer.from(`${present.join('\n')}\n`)
  }
}

async function* allCommits(git: Git): AsyncGenerator<Buffer> {
  let begun = ''
  for await (const piece of git.read(ALL_TYPES)) {
    const lines = (begun + piece.toString('latin1')).split('\n')
    begun = lines.pop() ?? ''
    const commits = lines.filter((line) => line.endsWith(' commit')).map((line) => `${line.split(' ')[0]}\n`)
    yield Buffer.from(commits.join(''))
  }
}

/** Tokens in messages, in names of authors, and in tags. */
function* findsOutsideOfFiles({ found }: ObjectSearch): Generator<Find> {
  for (const [id, { type, hits, headLines }] of found) {
    if (type !== 'commit' && type !== 'tag') continue
    for (const { token, line, column } of hits) {
      const commit = type === 'commit' ? { commit: id } : {}
      const isInMessage = type === 'commit' && line > headLines
      const path = isInMessage ? COMMIT_MESSAGE : objectPath(id)
      yield { token, place: { path, line: isInMessage ? line - headLines : line, column, ...commit } }
    }
  }
}

/** Tokens in files and in their names, each at the commits that brought it in, or at its object where there is none. */
async function* findsInFiles(
  { found, compressed }: ObjectSearch,
  output: AsyncIterable<Buffer>,
  finder: Finder,
  coverage: Coverage,
): AsyncGenerator<Find> {
  const isInFile = ({ type }: { type: string }): boolean => type === 'blob' || type === 'tree'
  if (compressed.size === 0 && ![...found.values()].some(isInFile)) return
  const named = new Set<string>()
  const told = new Set<string>()
  const hitsOf = (id: string) => found.get(id)?.hits ?? []
  const findsOf = function* (change: Change): Generator<Find> {
    const path = textOfName(change.path)
    const { commit, newId, oldIds } = change
    const isNew = oldIds.every((id) => /^0+$/.test(id))
    for (const token of isNew ? finder.tokens.readAll(path) : []) {
      yield { token, place: { path, line: 1, column: 1, commit } }
    }
    for (const { token, line, column } of broughtIn(change, hitsOf)) {
      yield { token, place: { path, line, column, commit } }
    }
    if (compressed.has(newId) && !named.has(newId))
      coverage.miss('compressed', finder.tokens.mask(path), `commit ${commit}`)
    if (found.has(newId) || compressed.has(newId)) named.add(newId)
  }
  try {
    for await (const change of readChanges(output)) {
      for (const find of findsOf(change)) {
        told.add(find.token)
        yield find
      }
    }
  } catch (cause) {
    // All objects were read. What git could not tell are their names, and these are made up below.
    if (!(cause instanceof GitError)) throw cause
  }
  for (const id of compressed) if (!named.has(id)) coverage.miss('compressed', objectPath(id))
  for (const [id, { type, hits }] of found) {
    for (const { token, line, column } of isInFile({ type }) ? hits : []) {
      const isTold = told.has(token) && (type === 'tree' || named.has(id))
      if (!isTold) yield { token, place: { path: objectPath(id), line, column } }
    }
  }
}
