import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { findInstallation, type Installation } from './debian.ts'
import { type Recipe, startOwnServer } from './own-server.ts'
import { givenServer, type Server } from './server.ts'

export interface MariadbOptions {
  /** Server settings, such as `{ max_connections: 200 }`. Without them MariaDB's own defaults hold, but for utf8mb4. */
  readonly settings?: Readonly<Record<string, string | number>>
  /** A process of its own even if MYSQL_URL names a server. Default false; settings imply it. */
  readonly own?: boolean
}

const PACKAGES = [
  'mariadb-server-core',
  'mariadb-client-core',
  'mariadb-common',
  'mysql-common',
  'libaio1',
  'liburing2',
  'libnuma1',
]
// As root, MariaDB wants to be told that this is meant.
const USER = process.getuid?.() === 0 ? ['--user=root'] : []

/**
 * Starts MariaDB, or takes the server that MYSQL_URL names. The URL is that of the superuser and of an empty database.
 *
 * @throws Error with the server's log if it does not start.
 * @example
 * const mariadb = await startMariadb({ settings: { max_connections: 200 } })
 */
export async function startMariadb({ settings, own = false }: MariadbOptions = {}): Promise<Server> {
  const given = own || settings ? undefined : givenServer('MYSQL_URL')
  if (given) return given
  const installation = await findInstallation('/usr/sbin/mariadbd', ...PACKAGES)
  return startOwnServer(recipe(installation, settings ?? {}))
}

function recipe({ root, env }: Installation, settings: Readonly<Record<string, string | number>>): Recipe {
  const usr = join(root, 'usr')
  const common = ['--no-defaults', `--basedir=${usr}`, `--lc-messages-dir=${join(usr, 'share/mysql')}`, ...USER]
  return {
    name: 'mariadb',
    stopSignal: 'SIGTERM',
    ready: /ready for connections/,
    prepare: async (folder) => {
      mkdirSync(temporary(folder))
      writeFileSync(join(folder, 'init.sql'), 'CREATE DATABASE IF NOT EXISTS test;\n')
      const access = ['--auth-root-authentication-method=normal', '--skip-test-db', '--skip-name-resolve']
      const args = [...common, `--datadir=${join(folder, 'data')}`, ...access]
      return [{ file: join(usr, 'bin/mariadb-install-db'), args, env: { ...env, TMPDIR: temporary(folder) } }]
    },
    serve: (folder, port) => {
      const place = {
        datadir: join(folder, 'data'),
        socket: join(folder, 'socket'),
        'init-file': join(folder, 'init.sql'),
      }
      const text = { 'character-set-server': 'utf8mb4' }
      const all = { ...text, ...settings, ...place, 'bind-address': '127.0.0.1', port }
      const args = Object.entries(all).map(([name, value]) => `--${name}=${value}`)
      return {
        file: join(usr, 'sbin/mariadbd'),
        args: [...common, '--skip-name-resolve', ...args],
        env: { ...env, TMPDIR: temporary(folder) },
      }
    },
    url: (port) => `mysql://root@127.0.0.1:${port}/test`,
  }
}

/** Its own: a server that starts removes what looks like a temporary table there, also that of another one. */
function temporary(folder: string): string {
  return join(folder, 'tmp')
}
