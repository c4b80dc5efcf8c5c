import { Failure } from '../failure.ts'

/** What to write instead; ends each refusal that is not about one parameter. */
const FORMS = 'write postgres://user:password@host:5432/name, mysql://…, or a file for SQLite'

/**
 * An address that is not understood. The message repeats nothing of it but names from our own tables, because any part of
 * an address that was read wrongly may be a part of the password.
 *
 * @param what is wrong with it, after "the address of the database"
 */
export function refusal(what: string, mend: string = FORMS): Failure {
  return new Failure('configuration', `the address of the database ${what}`, mend)
}

/** The text is an address of a server, and its parts cannot be told apart. */
export function unreadable(why: string): Failure {
  const mend =
    'write it as postgres://user:password@host:5432/name, with % / ? # @ in a password as %25 %2F %3F %23 %40'
  return refusal('cannot be read', `${mend} (${why})`)
}
