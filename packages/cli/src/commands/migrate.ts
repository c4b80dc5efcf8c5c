import { type Database, migrate, migrationSql } from '@bearward/sql'
import { Option } from 'commander'
import type { AddCommand } from '../frame.ts'
import { addStoreOptions, withDatabase } from '../keyring.ts'

interface Options {
  readonly sql?: Database
  readonly json?: true
}

/** `bearward migrate`: brings the tables to the present version, or prints how. */
export const addMigrate: AddCommand = (program, frame) => {
  const command = program
    .command('migrate')
    .summary('make or upgrade the tables')
    .description('Bring the tables to the version that this program works with. Safe while others do the same.')
    .addOption(
      new Option('--sql <database>', 'print the statements and run nothing').choices(['sqlite', 'postgres', 'mysql']),
    )
  addStoreOptions(command)

  command.action(
    frame.handle(async (command) => {
      const { sql, json } = command.opts<Options>()
      if (sql !== undefined) {
        frame.output.script(migrationSql(sql).trimEnd())
        return 'ok'
      }
      const { from, to } = await withDatabase(frame, command, ({ store }) => migrate(store), { access: 'make' })
      if (json) frame.output.json({ from, to })
      else
        frame.output.data(from === to ? `tables are at version ${to}` : `tables brought from version ${from} to ${to}`)
      return 'ok'
    }),
  )
}
