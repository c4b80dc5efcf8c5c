import { type Attribution, createKeyring, type ForeignFormat, type Keyring, KeyringError } from '@bearward/keyring'
import type { Command } from 'commander'
import { actorOf } from './actor.ts'
import type { DatabaseAddress } from './address/address.ts'
import { readAddress } from './address/read-address.ts'
import { type Access, closeDatabase, type OpenDatabase, openDatabase } from './database/open-database.ts'
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
  return { actor: actorOf(world, actor), from: 'bearward (command line)', reason }
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
  { imports = [], access }: { readonly imports?: readonly ForeignFormat[]; readonly access?: Access } = {},
): Promise<T> {
  const settings = frame.settings(command)
  const format = settings.format()
  const scopes = settings.find('scopes')?.value
  const open = async (database: OpenDatabase): Promise<T> => {
    const { store, channel } = database
    const keyring = createKeyring({ store, channel, format, imports, ...(scopes !== undefined && { scopes }) })
    try {
      return await work({ keyring, database })
    } finally {
      await keyring.close()
    }
  }
  return withDatabase(frame, command, open, { access })
}

/**
 * The same for what works on the database alone. A database that nobody named for this command, because it stands in a
 * configuration file that lies in the current folder, is named in a message.
 *
 * @param work is also given the name of the database, for messages
 */
export async function withDatabase<T>(
  frame: Frame,
  command: Command,
  work: (database: OpenDatabase, place: string) => Promise<T>,
  { access = 'change', isSilent = false }: { readonly access?: Access | undefined; readonly isSilent?: boolean } = {},
): Promise<T> {
  const { url, file } = frame.settings(command).database()
  const address = readAddress(url, frame.world.cwd)
  const place = `${address.name}${file === undefined ? '' : `, from ${file}`}`
  try {
    const database = await openDatabase(address, access).catch((error: unknown) => {
      throw inPlace(databaseFailure('the database', error, address), place)
    })
    if (file !== undefined && !isSilent) frame.output.note(`Database: ${place}`)
    try {
      return await work(database, place)
    } finally {
      await closeDatabase(database)
    }
  } catch (error) {
    throw failureOf(error, address)
  }
}

/** A failure to open a database says which one. */
function inPlace(error: unknown, place: string): unknown {
  if (!(error instanceof Failure)) return error
  return new Failure(error.ending, error.what, `${error.mend} (${place})`, { cause: error.cause })
}

function failureOf(error: unknown, address: DatabaseAddress): unknown {
  return error instanceof KeyringError ? keyringFailure(error) : databaseFailure('the database', error, address)
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
