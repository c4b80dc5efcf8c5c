import { type Attribution, createKeyring, type ForeignFormat, type Keyring, KeyringError } from '@bearward/keyring'
import type { Command } from 'commander'
import { type OpenDatabase, openDatabase } from './database.ts'
import { databaseFailure } from './database-failure.ts'
import { Failure } from './failure.ts'
import type { Frame } from './frame.ts'
import { SETTINGS } from './settings.ts'

/** A keyring that was opened for one command, and the database below it. */
export interface OpenKeyring {
  readonly keyring: Keyring
  readonly database: OpenDatabase
}

/** The options of each command that works on the store. */
export function addStoreOptions(command: Command): Command {
  return command
    .option(`${SETTINGS.databaseUrl.flag} <url>`, 'postgres://…, mysql://…, or a file for SQLite')
    .option('--json', 'print JSON, for programs')
}

/** The options of each command that changes a key. */
export function addAttribution(command: Command): Command {
  return command
    .option('--actor <who>', 'who does it, for the audit trail (default: you)')
    .option('--reason <why>', 'why, for the audit trail')
}

export interface AttributionOptions {
  readonly actor?: string
  readonly reason?: string
}

/** Who does it and why, as every change takes it. */
export function attributionOf({ world }: Frame, { actor, reason }: AttributionOptions): Attribution {
  return { actor: actor ?? world.env.USER ?? world.env.LOGNAME, from: 'bearward (command line)', reason }
}

/**
 * Opens the keyring of the settings, runs `work` and closes it again, whatever happened.
 *
 * @throws {Failure} for all that a keyring or a database may throw
 */
export async function withKeyring<T>(
  frame: Frame,
  command: Command,
  work: (open: OpenKeyring) => Promise<T>,
  { imports = [] }: { readonly imports?: readonly ForeignFormat[] } = {},
): Promise<T> {
  const settings = frame.settings(command)
  const format = settings.format()
  const scopes = settings.find('scopes')?.value
  return withDatabase(frame, command, async (database) => {
    const { store, channel } = database
    const keyring = createKeyring({ store, channel, format, imports, ...(scopes !== undefined && { scopes }) })
    try {
      return await work({ keyring, database })
    } finally {
      await keyring.close()
    }
  })
}

/** The same for what works on the database alone. */
export async function withDatabase<T>(
  frame: Frame,
  command: Command,
  work: (database: OpenDatabase) => Promise<T>,
  { migrate = true }: { readonly migrate?: boolean } = {},
): Promise<T> {
  const url = frame.settings(command).databaseUrl()
  try {
    const database = await openDatabase(url, frame.world.cwd, migrate)
    try {
      return await work(database)
    } finally {
      await database.channel.close()
      await database.store.close()
      await database.close()
    }
  } catch (error) {
    throw failureOf(error)
  }
}

function failureOf(error: unknown): unknown {
  return error instanceof KeyringError ? keyringFailure(error) : databaseFailure('the database', error)
}

const ENDINGS: Partial<Record<KeyringError['code'], Failure['ending']>> = {
  invalid_input: 'usage',
  unconfirmed: 'unconfirmed',
}

function keyringFailure(error: KeyringError): Failure {
  const mend = error.code === 'not_found' ? 'bearward list shows the keys there are' : MENDS[error.code]
  return new Failure(
    ENDINGS[error.code] ?? 'refused',
    error.message.replace(/; .*/, ''),
    mend ?? 'look at the key with bearward show',
    {
      cause: error,
    },
  )
}

const MENDS: Partial<Record<KeyringError['code'], string>> = {
  invalid_input: 'change it',
  duplicate: 'choose another one',
  ended: 'issue a new key',
  revoked: 'issue a new key',
  disabled: 'enable it first',
  already_rotated: 'rotate its successor',
  conflict: 'try again',
  unconfirmed: 'run the same command again, it confirms what is committed',
}
