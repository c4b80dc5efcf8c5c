import { execFile } from 'node:child_process'
import { existsSync, lstatSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { GIT_ENVIRONMENT, gitArguments } from './git.ts'

const execute = promisify(execFile)

/** What a walk comes across. Paths are those of the file system; the root is a part of them. */
export interface Walk {
  readonly file: (path: string) => void | Promise<void>
  /** A folder or a file that cannot be looked at. */
  readonly failed: (path: string, cause: unknown) => void
  /** Whether to pass over what git ignores. */
  readonly honourIgnores: boolean
}

/**
 * Walks a tree, or one file. In the work tree of git, the files are those that git has or would add; elsewhere all of
 * them, but for what lies in `.git`. Symbolic links are not followed: what they lead to is in the tree, or is not.
 */
export async function walk(root: string, visit: Walk): Promise<void> {
  const stats = lstatSync(root)
  if (stats.isFile()) return visit.file(root)
  if (stats.isDirectory()) return walkFolder(root, visit)
  // A link that somebody names is meant.
  if (stats.isSymbolicLink()) return walkEntry(root, visit)
}

async function walkFolder(folder: string, visit: Walk): Promise<void> {
  const listed = visit.honourIgnores ? await listWithGit(folder) : undefined
  if (listed === undefined) return walkAll(folder, visit)
  for (const name of listed) await walkListed(join(folder, name), visit)
}

/** A name that git lists is a file, or a repository of its own. */
async function walkListed(path: string, visit: Walk): Promise<void> {
  try {
    const stats = lstatSync(path)
    if (stats.isFile()) await visit.file(path)
    // Without a repository of its own it is a submodule that was not fetched.
    else if (stats.isDirectory()) await (existsSync(join(path, '.git')) ? walkFolder : walkAll)(path, visit)
  } catch (cause) {
    // What git has and somebody has deleted.
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') visit.failed(path, cause)
  }
}

async function walkEntry(path: string, visit: Walk): Promise<void> {
  try {
    readdirSync(path)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOTDIR') return visit.file(path)
    return visit.failed(path, cause)
  }
  return walkFolder(path, visit)
}

async function walkAll(root: string, visit: Walk): Promise<void> {
  const folders = [root]
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    try {
      for (const entry of readdirSync(folder, { withFileTypes: true })) {
        const path = join(folder, entry.name)
        if (entry.isFile()) {
          const pause = visit.file(path)
          // Most files take no time, and a promise for each of them would.
          if (pause !== undefined) await pause
        } else if (entry.isDirectory() && entry.name !== '.git') folders.push(path)
      }
    } catch (cause) {
      visit.failed(folder, cause)
    }
  }
}

/**
 * The files of a work tree: those that git has, and those that it neither has nor ignores.
 *
 * @returns `undefined` where there is no work tree, or no git
 */
async function listWithGit(folder: string): Promise<readonly string[] | undefined> {
  const list = ['ls-files', '--cached', '--others', '--exclude-standard', '--deduplicate', '-z']
  try {
    const { stdout } = await execute('git', [...gitArguments(folder), ...list], {
      maxBuffer: 1 << 30,
      env: { ...process.env, ...GIT_ENVIRONMENT },
    })
    // A submodule that was not fetched names itself.
    const names = stdout.split('\0').filter((name) => name !== '' && name !== './')
    // A folder that a work tree ignores as a whole looks empty from inside; whoever names it wants it scanned.
    return names.length === 0 ? undefined : names
  } catch {
    return undefined
  }
}
