import type { Ending } from './exit-codes.ts'

/** A command cannot go on. Printed as one line: what is wrong, and how to mend it. */
export class Failure extends Error {
  readonly ending: Exclude<Ending, 'ok' | 'found'>
  readonly what: string
  readonly mend: string

  /**
   * @param ending decides the exit code
   * @param what is wrong: no capital at the start, no full stop at the end
   * @param mend what to do about it, in the same form
   */
  constructor(ending: Failure['ending'], what: string, mend: string, options?: ErrorOptions) {
    super(`${what}; ${mend}`, options)
    this.name = 'Failure'
    this.ending = ending
    this.what = what
    this.mend = mend
  }
}

/** An error of the file system as one line, with what was being done. */
export function fileFailure(path: string, cause: unknown): Failure {
  const { code } = cause as NodeJS.ErrnoException
  const [what, mend] = FILE_ERRORS[code ?? ''] ?? [`cannot be read (${code ?? 'unknown error'})`, 'look at it']
  return new Failure('denied', `${path} ${what}`, mend, { cause })
}

const FILE_ERRORS: Readonly<Record<string, readonly [string, string]>> = {
  ENOENT: ['is not there', 'check the path'],
  ENOTDIR: ['is not there', 'check the path'],
  EACCES: ['may not be read', 'change its permissions, or run as somebody who may'],
  EPERM: ['may not be read', 'change its permissions, or run as somebody who may'],
  EISDIR: ['is a folder', 'name a file'],
}
