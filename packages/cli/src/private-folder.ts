import { lstatSync, mkdirSync, realpathSync, type Stats } from 'node:fs'
import { dirname } from 'node:path'

const ROOT = 0
const STICKY = 0o1000
const WRITABLE_BY_OTHERS = 0o022
const ANY_ACCESS_OF_OTHERS = 0o077

/**
 * Makes a folder that this user alone can reach, or takes the one that is there.
 *
 * @returns its real path; `undefined` when another user could read it, write into it, or put another one in its place: it or
 *   a folder above it belongs to another user, or lets others write. Also where there is no telling, as on Windows
 */
export function privateFolder(path: string): string | undefined {
  const uid = process.getuid?.()
  if (uid === undefined) return undefined
  try {
    // What is above is looked at before anything is made there.
    if (!isSafeUp(existing(path), uid)) return undefined
    mkdirSync(path, { recursive: true, mode: 0o700 })
    const real = realpathSync(path)
    const stats = lstatSync(real)
    const isOwn = stats.isDirectory() && stats.uid === uid && (stats.mode & ANY_ACCESS_OF_OTHERS) === 0
    return isOwn && isSafeUp(dirname(real), uid) ? real : undefined
  } catch {
    return undefined
  }
}

/** The path itself, or the nearest folder above it that is there. */
function existing(path: string): string {
  for (let folder = path; ; folder = dirname(folder)) {
    try {
      return realpathSync(folder)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || dirname(folder) === folder) throw error
    }
  }
}

/** Whether no other user can rename or replace what lies in this folder, or in those above it. */
function isSafeUp(folder: string, uid: number): boolean {
  const isSafe = ({ uid: owner, mode }: Stats): boolean =>
    (owner === uid || owner === ROOT) && ((mode & WRITABLE_BY_OTHERS) === 0 || (mode & STICKY) !== 0)
  for (let path = folder; ; path = dirname(path)) {
    if (!isSafe(lstatSync(path))) return false
    if (dirname(path) === path) return true
  }
}
