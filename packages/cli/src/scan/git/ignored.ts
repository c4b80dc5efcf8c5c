import { keyOfName, nameOf } from '../names.ts'
import { type Git, GitError } from './git.ts'

/** Paths that git ignores, relative to a folder, by `keyOfName()`. */
export type Ignored = ReadonlySet<string>

const LIST = ['ls-files', '--others', '--ignored', '--exclude-standard', '--directory', '-z']

/**
 * Asks git for what it ignores in a folder: files and whole folders that it does not have. All the rest is read, so a
 * repository can take nothing out of a scan without being counted.
 *
 * @param refused is called with the complaint when git refuses to answer; all is read then
 * @returns `undefined` where there is no repository, no git, or no answer
 */
export async function ignoredBy(git: Git, refused: (complaint: string) => void): Promise<Ignored | undefined> {
  let output: Buffer
  try {
    output = await git.output(LIST)
  } catch (cause) {
    if (!(cause instanceof GitError)) throw cause
    const isExpected = cause.reason === 'absent' || cause.message.startsWith('not a git repository')
    if (!isExpected) refused(cause.message)
    return undefined
  }
  const names = new Set<string>()
  for (let start = 0, end = output.indexOf(0); end !== -1; start = end + 1, end = output.indexOf(0, start)) {
    const name = output.subarray(start, output[end - 1] === 0x2f ? end - 1 : end)
    // The folder itself is ignored. The caller names it, so it is meant to be read.
    if (name.equals(Buffer.from('.'))) return new Set()
    names.add(keyOfName(nameOf(name)))
  }
  return names
}
