import { enableCompileCache } from 'node:module'
import { isAbsolute, join } from 'node:path'
import { privateFolder } from './private-folder.ts'

/**
 * Keeps what the engine makes of this program, since a scan of a small tree takes less time than compiling it. By default
 * Node keeps it in the temporary folder, under a name that any user can take first, and runs what it finds there. Here it is
 * kept in a folder of the user's own, or not at all.
 */
export function keepCompiled(env: Readonly<Record<string, string | undefined>>): void {
  const { XDG_CACHE_HOME = '', HOME = '' } = env
  const caches = isAbsolute(XDG_CACHE_HOME) ? XDG_CACHE_HOME : isAbsolute(HOME) ? join(HOME, '.cache') : undefined
  const folder = caches === undefined ? undefined : privateFolder(join(caches, 'bearward'))
  if (folder !== undefined) enableCompileCache(folder)
}
