import { readlinkSync } from 'node:fs'
import { Coverage, type PassedReason } from './coverage.ts'
import { describeToken } from './describe.ts'
import { type FileLimits, FileSearch } from './files.ts'
import { createFinder, type Finder } from './finder.ts'
import type { Find, OnFinding, Place } from './finding.ts'
import type { Git } from './git/git.ts'
import { type HistoryOptions, readHistory } from './git/history.ts'
import { type Ignored, ignoredBy } from './git/ignored.ts'
import { readStaged } from './git/staged.ts'
import { type Name, textOfName } from './names.ts'
import { searchText } from './text.ts'
import type { Wanted } from './tokens.ts'
import { walk } from './walk.ts'

/** What every kind of scan needs. */
export interface ScanOptions {
  readonly format: Wanted
  /** Where findings go, one after the other. */
  readonly onFinding: OnFinding
  /** Counts what was read and what was not. Default a count that is dropped. */
  readonly coverage?: Coverage
  /** Is called now and then while the scan goes on. */
  readonly onProgress?: () => void
}

/** What a scan of a tree needs besides. */
export interface TreeOptions extends ScanOptions, FileLimits {
  /** Makes git for a folder whose ignored files are passed over; `undefined` where all files are read. */
  readonly gitFor: ((folder: string) => Git) | undefined
  /** What a finding calls a file. */
  readonly nameOf: (path: string) => string
  /** Says why a file or a folder cannot be read. */
  readonly describeFailure: (name: string, cause: unknown) => string
  /** Is called once, when git does not tell what it ignores. It is not asked again. */
  readonly onRefusal: (folder: string, complaint: string) => void
}

/** Between two moments at which others get to run: signals, timers, the terminal. */
const FILES_BETWEEN_PAUSES = 256
const BYTES_BETWEEN_PAUSES = 1 << 26
const BYTES_BETWEEN_REPORTS = 1 << 22
/** Characters of the shortest token with a prefix of one character: a shorter name of a file holds none. */
const SHORTEST_TOKEN = 51

/**
 * Searches a file or all files of a tree, their names, and what symbolic links say.
 *
 * @throws what the file system throws when the root cannot be looked at
 */
export async function scanTree(root: string, options: TreeOptions): Promise<void> {
  const { gitFor, onRefusal } = options
  let hasRefused = false
  const scan = new TreeScan(options)
  await walk(root, {
    file: (path) => scan.file(path),
    link: (path) => scan.link(path),
    passed: (path, why) => scan.passed(path, why),
    failed: (path, cause) => scan.failed(path, cause),
    async ignoredIn(folder: Name): Promise<Ignored | undefined> {
      // Git cannot be given a path that is no UTF-8; all is read then.
      if (typeof folder !== 'string' || gitFor === undefined || hasRefused) return undefined
      return ignoredBy(gitFor(folder), (complaint) => {
        // The next repository within may take as long to refuse.
        hasRefused = true
        onRefusal(options.nameOf(folder), complaint)
      })
    },
  })
  if (scan.coverage.files === 0 && scan.coverage.missed === 0) scan.coverage.miss('empty', options.nameOf(root))
}

class TreeScan {
  readonly coverage: Coverage
  readonly #options: TreeOptions
  readonly #finder: Finder
  readonly #search: FileSearch
  #seen = 0
  #bytesAtPause = 0

  constructor(options: TreeOptions) {
    this.#options = options
    this.coverage = options.coverage ?? new Coverage('file')
    this.#finder = createFinder(options.format)
    this.#search = new FileSearch(this.#finder, options)
  }

  file(path: Name): void | Promise<void> {
    const { coverage } = this
    const found: Find[] = this.#findsInName(path)
    try {
      const outcome = this.#search.search(path, (token, line, column) =>
        found.push({ token, place: { path: this.#nameOf(path), line, column } }),
      )
      if (outcome === 'read') coverage.files++
      else if (outcome === 'binary' || outcome === 'special') this.passed(path, outcome)
      else coverage.miss(outcome, this.#maskedName(path))
    } catch (cause) {
      this.failed(path, cause)
    }
    coverage.bytes = this.#search.bytesRead
    const isDue =
      ++this.#seen % FILES_BETWEEN_PAUSES === 0 || coverage.bytes - this.#bytesAtPause > BYTES_BETWEEN_PAUSES
    if (found.length > 0 || isDue) return this.#settle(found, isDue)
  }

  link(path: Name): void | Promise<void> {
    this.passed(path, 'link')
    const found: Find[] = this.#findsInName(path)
    try {
      const target = readlinkSync(path, { encoding: 'buffer' })
      this.#finder.search(target, (_, token) =>
        found.push({ token, place: { path: this.#nameOf(path), line: 1, column: 1 } }),
      )
    } catch (cause) {
      this.failed(path, cause)
    }
    if (found.length > 0) return this.#settle(found, false)
  }

  passed(path: Name, why: PassedReason): void {
    this.coverage.pass(why, () => this.#maskedName(path))
  }

  failed(path: Name, cause: unknown): void {
    const name = this.#maskedName(path)
    this.coverage.miss('failed', name, this.#options.describeFailure(name, cause))
  }

  #nameOf(path: Name): string {
    return this.#options.nameOf(textOfName(path))
  }

  #maskedName(path: Name): string {
    return this.#finder.tokens.mask(this.#nameOf(path))
  }

  #findsInName(path: Name): Find[] {
    if (path.length < SHORTEST_TOKEN) return []
    const name = this.#nameOf(path)
    const place: Place = { path: name, line: 1, column: 1 }
    // Of a folder, each file in it tells the name.
    return this.#finder.tokens.readAll(name.slice(name.lastIndexOf('/') + 1)).map((token) => ({ token, place }))
  }

  async #settle(found: readonly Find[], isDue: boolean): Promise<void> {
    await emit(found, this.#options, this.#finder)
    if (!isDue) return
    this.#bytesAtPause = this.coverage.bytes
    this.#options.onProgress?.()
    await new Promise((resolve) => setImmediate(resolve))
  }
}

/** Searches a text or a diff as it comes in. What is in no file has the path `-`. */
export async function scanStream(stream: AsyncIterable<Uint8Array>, options: ScanOptions): Promise<void> {
  const finder = createFinder(options.format)
  const { coverage = new Coverage(undefined) } = options
  const onProgress = seldom(coverage, options)
  const watched = async function* (): AsyncGenerator<Uint8Array> {
    for await (const piece of stream) {
      yield piece
      onProgress()
    }
  }
  for await (const { token, path = '-', line, column } of searchText(watched(), finder, coverage)) {
    await emit([{ token, place: { path, line, column } }], options, finder)
  }
}

/**
 * Searches all that the history of a repository holds: files and their names, messages, and tags.
 *
 * @throws {GitError} when there is no repository, or no git, or when git fails
 */
export async function scanHistory(git: Git, options: ScanOptions & Pick<HistoryOptions, 'unreachable'>): Promise<void> {
  const { coverage = new Coverage('object'), unreachable } = options
  const onProgress = seldom(coverage, options)
  const finder = createFinder(options.format)
  await emit(readHistory(git, finder, coverage, { unreachable, onProgress }), options, finder)
  if (coverage.files === 0 && coverage.missed === 0) coverage.miss('empty', '.git')
}

/**
 * Searches what is staged for the next commit.
 *
 * @throws {GitError} when git does
 */
export async function scanStaged(git: Git, options: ScanOptions): Promise<void> {
  const { coverage = new Coverage('object') } = options
  const finder = createFinder(options.format)
  await emit(readStaged(git, finder, coverage, seldom(coverage, options)), options, finder)
}

/** Progress in pieces of a pipe is reported after a few of them. */
function seldom(coverage: Coverage, { onProgress }: ScanOptions): () => void {
  let reported = 0
  return () => {
    if (coverage.bytes - reported < BYTES_BETWEEN_REPORTS) return
    reported = coverage.bytes
    onProgress?.()
  }
}

async function emit(
  finds: Iterable<Find> | AsyncIterable<Find>,
  { onFinding }: ScanOptions,
  { tokens }: Finder,
): Promise<void> {
  for await (const { token, place } of finds) await onFinding(describeToken(tokens, token, place), token)
}
