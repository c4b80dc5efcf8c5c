import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** Where a program's files lie, and the environment that it needs to find its libraries. */
export interface Installation {
  /** `/` for a program of the machine. */
  readonly root: string
  readonly env: Readonly<Record<string, string>>
}

/** What debs.sh takes for the sources of the machine. */
const OWN_SUITE = '-'

const CACHE = join(import.meta.dirname, '../../../node_modules/.cache/services')

/**
 * Finds a program of the machine by its path, or downloads the Debian packages that hold it, once. SERVICES_CACHE names
 * another folder for downloads than node_modules/.cache/services.
 *
 * @throws Error with apt's messages if the download fails.
 */
export async function findInstallation(path: string, ...packages: string[]): Promise<Installation> {
  if (existsSync(path)) return { root: '/', env: {} }
  return unpackPackages(OWN_SUITE, ...packages)
}

/**
 * Downloads Debian packages, once, and unpacks them into a folder, whatever the machine has.
 *
 * @param suite a Debian release, or `-` for the one of the machine
 * @throws Error with apt's messages if the download fails.
 */
export async function unpackPackages(suite: string, ...packages: string[]): Promise<Installation> {
  const name = [packages[0], ...(suite === OWN_SUITE ? [] : [suite])].join('-')
  const root = join(process.env.SERVICES_CACHE ?? CACHE, name)
  if (!existsSync(root)) await download(root, suite, packages)
  return { root, env: { LD_LIBRARY_PATH: join(root, 'usr/lib/x86_64-linux-gnu') } }
}

async function download(folder: string, suite: string, packages: readonly string[]): Promise<void> {
  const script = join(import.meta.dirname, 'debs.sh')
  try {
    await promisify(execFile)('sh', [script, folder, suite, ...packages])
  } catch (cause) {
    throw new Error(`Debian's ${packages[0]} did not download; install it, or name a server`, { cause })
  }
}
