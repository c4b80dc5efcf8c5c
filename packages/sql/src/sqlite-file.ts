/** Read and write for the owner of the file, and nothing for others. SQLite gives its -wal and -shm the same. */
const OWNER_ONLY = 0o600

/**
 * Creates the file of a database that is not there yet, readable by its owner alone, whatever the umask. SQLite would make one
 * that other users of the machine can read. A file that is there stays as it is.
 *
 * @param source a path, or a URI of SQLite
 * @throws what the file system throws, but for a file that is there already
 */
export function createPrivately(source: string): void {
  const path = fileOf(source)
  if (path === undefined) return
  const { openSync, closeSync, fchmodSync, existsSync } = process.getBuiltinModule('node:fs')
  const create = (flags: 'wx' | 'a'): void => {
    const file = openSync(path, flags, OWNER_ONLY)
    try {
      // A umask can only take permissions away, also those of the owner.
      fchmodSync(file, OWNER_ONLY)
    } finally {
      closeSync(file)
    }
  }
  try {
    create('wx')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    // A symbolic link that leads to no file yet. A file that is there must not be opened here: closing it would give up
    // the locks that another connection of this process holds on it.
    if (!existsSync(path)) create('a')
  }
}

/**
 * The file that SQLite would create.
 *
 * @returns `undefined` where it creates none: in memory, and where the mode of a URI says that the file must be there
 * @see https://www.sqlite.org/uri.html
 */
function fileOf(source: string): string | undefined {
  if (!source.startsWith('file:')) return source === ':memory:' || source === '' ? undefined : source
  const [place = '', query = ''] = source
    .slice('file:'.length)
    .replace(/#.*/s, '')
    .split(/\?(.*)/s)
  const parameters = new URLSearchParams(query)
  const mode = parameters.get('mode') ?? 'rwc'
  const path = decode(place.replace(/^\/\/(?:localhost(?=\/))?/, '').replace(/^\/(?=[A-Za-z]:)/, ''))
  return mode === 'rwc' && path !== ':memory:' && path !== '' ? path : undefined
}

/** As SQLite reads it: a `%` that encodes nothing stays. */
function decode(path: string): string {
  return path.replace(/(?:%[\da-f]{2})+/gi, (bytes) => {
    try {
      return decodeURIComponent(bytes)
    } catch {
      return bytes
    }
  })
}
