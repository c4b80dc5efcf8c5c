import { Failure } from './failure.ts'

/** Told apart by what drivers say: there is no code that SQLite, PostgreSQL and MySQL share. */
const DENIED =
  /SQLITE_(?:CANTOPEN|READONLY|PERM)|unable to open|cannot open|readonly|permission denied|access denied|command denied|authentication failed|database "[^"]*" does not exist|unknown database/i

/**
 * What a driver has thrown, as one line.
 *
 * @param name which database, as a message calls it: `the database`
 * @returns the error itself when no driver has thrown it: a defect must not pass for an outage
 */
export function databaseFailure(name: string, error: unknown): unknown {
  if (error instanceof Failure || isDefect(error)) return error
  const line = lineOf(error)
  if (isDenied(error)) {
    const mend = 'check that it is there, and what you may do with it'
    return new Failure('denied', `${name} may not be used: ${line}`, mend, { cause: error })
  }
  const mend = 'check that it runs, and its address'
  return new Failure('unreachable', `${name} does not answer: ${line}`, mend, { cause: error })
}

/** Whether a database is not there, or not for whoever asks. */
export function isDenied(error: unknown): boolean {
  return DENIED.test(`${String((error as { code?: unknown }).code)} ${lineOf(error)}`)
}

/** The first line of what a driver says. */
export function lineOf(error: unknown): string {
  const { message, code } = error as { message?: string; code?: unknown }
  return (message || String(code ?? error)).split('\n')[0] ?? ''
}

/** Drivers give their errors a code, or throw a plain `Error`. */
function isDefect(error: unknown): boolean {
  const isOfTheLanguage = [TypeError, RangeError, ReferenceError, SyntaxError].some((kind) => error instanceof kind)
  return isOfTheLanguage && (error as { code?: unknown }).code === undefined
}
