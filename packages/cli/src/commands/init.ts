import { existsSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { migrate } from '@bearward/sql'
import type { ServerAddress } from '../address/address.ts'
import { readAddress } from '../address/read-address.ts'
import { unwrap } from '../address/unwrap.ts'
import { Failure, fileFailure } from '../failure.ts'
import { type AddCommand, addFormatOptions } from '../frame.ts'
import { addStoreOptions, withDatabase } from '../keyring.ts'

const FILE = 'bearward.config.json'
const DEFAULT_DATABASE = 'keys.db'

/** `bearward init`: a configuration file, and the tables of the database that it names. */
export const addInit: AddCommand = (program, frame) => {
  const command = program
    .command('init')
    .summary(`write ${FILE} and make the tables`)
    .description(
      `Write ${FILE} into this folder and make the tables of the database, SQLite in ${DEFAULT_DATABASE} by default.`,
    )
  addStoreOptions(addFormatOptions(command))

  command.action(
    frame.handle(async (command) => {
      const settings = frame.settings(command)
      const { prefix, environments } = settings.format()
      const given = settings.find('databaseUrl')
      const path = resolve(frame.world.cwd, FILE)
      const isNew = !existsSync(path)
      // Read before anything is written: an address that is not understood may hold a password.
      const address = given === undefined ? undefined : readAddress(given.value, frame.world.cwd)
      // An address with a password belongs into the environment; a file is committed sooner or later.
      const holdsSecret = address !== undefined && address.kind !== 'sqlite' && hasSecret(address)
      if (isNew) {
        const written = holdsSecret ? {} : { databaseUrl: given === undefined ? DEFAULT_DATABASE : unwrap(given.value) }
        write(path, { prefix, ...(environments.length > 0 && { environments }), ...written })
      } else if (given === undefined) {
        throw new Failure('configuration', `${FILE} is there and names no database`, 'write "databaseUrl" into it')
      }
      const { from, to } = await withDatabase(frame, command, ({ store }) => migrate(store), {
        access: 'make',
        // The file was written by this command.
        isSilent: isNew,
      })
      if (command.opts<{ json?: true }>().json) frame.output.json({ file: path, isNew, from, to })
      else
        frame.output.data(
          `${isNew ? `wrote ${FILE}` : `kept ${FILE}`}; tables at version ${to}${from === to ? '' : ` (were at ${from})`}`,
        )
      if (holdsSecret && isNew)
        frame.output.note('The address holds a password and was not written down: set BEARWARD_DATABASE_URL.')
      return 'ok'
    }),
  )
}

function hasSecret({ password, tls }: ServerAddress): boolean {
  return password !== undefined || tls?.passphrase !== undefined || tls?.key !== undefined
}

function write(path: string, settings: object): void {
  try {
    writeFileSync(path, `${JSON.stringify(settings, null, 2)}\n`, { flag: 'wx' })
  } catch (cause) {
    throw fileFailure(path, cause)
  }
}
