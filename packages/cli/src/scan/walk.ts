import { readdirSync, statSync } from 'node:fs'
import type { Ignored } from './git/ignored.ts'
import { joinNames, keyOfName, type Name, nameOf } from './names.ts'

/** Receives the entries that a walk meets. Paths are those of the file system; the root is a part of them. */
export interface Walk {
  readonly file: (path: Name) => void | Promise<void>
  /** A symbolic link. It is not followed. */
  readonly link: (path: Name) => void | Promise<void>
  /** An entry that is passed over: ignored by git, a folder of git, or a pipe, a socket or a device. */
  readonly passed: (path: Name, why: 'ignored' | 'git' | 'special') => void
  /** A folder or a file that cannot be looked at. */
  readonly failed: (path: Name, cause: unknown) => void
  /** Tells what to leave out below a folder; `undefined` where that is nothing. */
  readonly ignoredIn: (folder: Name) => Promise<Ignored | undefined>
}

/** A folder to walk, and what is ignored below the folder that `place` is relative to. */
interface Folder {
  readonly path: Name
  readonly place: Name
  readonly ignored: Ignored | undefined
}

/** An entry of a folder. */
interface Entry {
  readonly name: Name
  isFile(): boolean
  isDirectory(): boolean
  isSymbolicLink(): boolean
}

/**
 * Walks a tree, or one file: all files, except what git ignores and what lies in `.git`. Symbolic links are not
 * followed, except one that is the root: what they lead to is in the tree, or is not.
 */
export async function walk(root: string, visit: Walk): Promise<void> {
  const stats = statSync(root)
  if (stats.isFile()) return visit.file(root)
  if (!stats.isDirectory()) return visit.failed(root, Object.assign(new Error('no file'), { code: 'ENXIO' }))
  const folders: Folder[] = [{ path: root, place: '', ignored: await visit.ignoredIn(root) }]
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    let entries: readonly Entry[]
    try {
      entries = entriesOf(folder.path)
    } catch (cause) {
      visit.failed(folder.path, cause)
      continue
    }
    // One by one: a folder may have more entries than a call may have arguments.
    for (const found of await walkFolder(folder, entries, visit)) folders.push(found)
  }
}

/** Visits what is in a folder, and returns the folders in it. */
async function walkFolder(
  { path: folder, place, ignored }: Folder,
  entries: readonly Entry[],
  visit: Walk,
): Promise<readonly Folder[]> {
  const folders: Folder[] = []
  // Another repository within one has rules of its own.
  const isNested = ignored !== undefined && place.length > 0 && entries.some(({ name }) => name === '.git')
  const base = isNested ? { place: '', ignored: await visit.ignoredIn(folder) } : { place, ignored }
  for (const entry of entries) {
    const path = joinNames(folder, entry.name)
    const below = { path, place: joinNames(base.place, entry.name, '/'), ignored: base.ignored }
    if (base.ignored?.has(keyOfName(below.place))) {
      visit.passed(path, 'ignored')
    } else if (entry.isDirectory()) {
      if (entry.name === '.git') visit.passed(path, 'git')
      else folders.push(below)
    } else {
      const pause = visitEntry(entry, path, visit)
      // Most files take no time, and a promise for each of them would.
      if (pause !== undefined) await pause
    }
  }
  return folders
}

function visitEntry(entry: Entry, path: Name, visit: Walk): void | Promise<void> {
  if (entry.isFile()) return visit.file(path)
  if (entry.isSymbolicLink()) return visit.link(path)
  visit.passed(path, 'special')
}

/** The entries of a folder. Node puts U+FFFD where a name is no UTF-8, so such a folder is read once more as bytes. */
function entriesOf(folder: Name): readonly Entry[] {
  const entries = readdirSync(folder, { withFileTypes: true })
  if (!entries.some(({ name }) => name.includes('\ufffd'))) return entries
  const asBytes = readdirSync(folder, { withFileTypes: true, encoding: 'buffer' })
  return asBytes.map((entry) => Object.assign(entry, { name: nameOf(entry.name) }))
}
