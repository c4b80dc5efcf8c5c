/**
 * Arguments in front of every command of git. A repository that is scanned may be anybody's, and its configuration can name
 * programs that git would run: a monitor of its files, or whatever fetches objects that are missing.
 */
export function gitArguments(folder: string): readonly string[] {
  return ['-C', folder, '--no-replace-objects', '-c', 'core.fsmonitor=false', '-c', 'core.quotePath=true']
}

/** The environment of every command of git: nothing is fetched, and nothing is written. */
export const GIT_ENVIRONMENT: Readonly<Record<string, string>> = {
  GIT_ALLOW_PROTOCOL: 'none',
  GIT_NO_LAZY_FETCH: '1',
  GIT_OPTIONAL_LOCKS: '0',
}
