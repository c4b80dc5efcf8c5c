import type { Readable } from 'node:stream'
import type { KeyFormat } from '@bearward/core'
import { describeToken } from './describe.ts'
import { type FileLimits, FileSearch } from './files.ts'
import { createFinder } from './finder.ts'
import type { OnFinding, Place } from './finding.ts'
import { isShallow, readHistory } from './history.ts'
import { searchText } from './text.ts'
import { walk } from './walk.ts'

/** What every kind of scan needs. */
export interface ScanOptions {
  readonly format: KeyFormat
  /** Where findings go, one after the other. */
  readonly onFinding: OnFinding
}

/** What a scan of a tree needs besides. */
export interface TreeOptions extends ScanOptions, FileLimits {
  /** Whether files that git ignores are passed over. */
  readonly honourIgnores: boolean
  /** What a finding calls a file. */
  readonly nameOf: (path: string) => string
  /** Is told now and then how far the scan has got. */
  readonly onProgress: (summary: Summary) => void
  /** Is told of each file and folder that cannot be read. */
  readonly onFailure: (path: string, cause: unknown) => void
}

/** What was done. */
export interface Summary {
  /** Files that were read to their end. */
  files: number
  bytes: number
  /** Files that were passed over, and why. */
  readonly skipped: { binary: number; huge: number; failed: number }
}

/** Between two moments at which others get to run: signals, timers, the terminal. */
const FILES_BETWEEN_PAUSES = 256
const BYTES_BETWEEN_PAUSES = 1 << 26

/**
 * Searches a file or all files of a tree.
 *
 * @throws what the file system throws when the root cannot be looked at
 */
export async function scanTree(root: string, options: TreeOptions): Promise<Summary> {
  const { format, onFinding, onProgress, onFailure, honourIgnores, nameOf } = options
  const search = new FileSearch(createFinder(format), options)
  const summary: Summary = { files: 0, bytes: 0, skipped: { binary: 0, huge: 0, failed: 0 } }
  const failed = (path: string, cause: unknown): void => {
    summary.skipped.failed++
    onFailure(path, cause)
  }
  let seen = 0
  let bytesAtPause = 0

  const file = (path: string): void | Promise<void> => {
    const found: [string, Place][] = []
    try {
      const outcome = search.search(path, (token, line, column) =>
        found.push([token, { path: nameOf(path), line, column }]),
      )
      if (outcome === 'read') summary.files++
      else summary.skipped[outcome]++
    } catch (cause) {
      failed(path, cause)
    }
    summary.bytes = search.bytesRead
    const isDue = ++seen % FILES_BETWEEN_PAUSES === 0 || summary.bytes - bytesAtPause > BYTES_BETWEEN_PAUSES
    if (found.length > 0 || isDue) return settle(found, isDue)
  }
  const settle = async (found: [string, Place][], isDue: boolean): Promise<void> => {
    for (const [token, place] of found) await onFinding(describeToken(format, token, place), token)
    if (!isDue) return
    bytesAtPause = summary.bytes
    onProgress(summary)
    await new Promise((resolve) => setImmediate(resolve))
  }

  await walk(root, { file, failed, honourIgnores })
  return summary
}

/** Searches a text or a diff as it comes in. What is in no file has the path `-`. */
export async function scanStream(stream: Readable, { format, onFinding }: ScanOptions): Promise<void> {
  for await (const { token, path = '-', line, column } of searchText(stream, createFinder(format))) {
    await onFinding(describeToken(format, token, { path, line, column }), token)
  }
}

/**
 * Searches what every commit of a repository has added, and what its message says.
 *
 * @throws {Failure} when there is no repository, or no git
 */
export async function scanHistory(
  folder: string,
  { format, onFinding }: ScanOptions,
): Promise<{ commits: number; isShallow: boolean }> {
  const history = readHistory(folder)
  let commit = ''
  let commits = 0
  const outside = (line: string): void => {
    const next = history.commitOf(line)
    if (next === undefined) return
    commit = next
    commits++
  }
  for await (const { token, path, line, column } of searchText(history.output, createFinder(format), outside)) {
    const place = path === undefined ? { path: COMMIT_MESSAGE, line: 1, column: 1 } : { path, line, column }
    await onFinding(describeToken(format, token, { ...place, commit }), token)
  }
  await history.ended
  return { commits, isShallow: await isShallow(folder) }
}

/** Where a token is that stands in no file: no file of a repository has this path. */
const COMMIT_MESSAGE = '.git/COMMIT_EDITMSG'
