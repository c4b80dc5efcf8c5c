import { MINUTE } from '@bearward/core'
import type { Row } from '@bearward/import'
import { type ImportRow, type ImportSummary, UnreadColumnError } from '@bearward/keyring'
import { Option } from 'commander'
import { readDuration } from '../duration.ts'
import { Failure } from '../failure.ts'
import { type AddCommand, addFormatOptions, addScopesOption } from '../frame.ts'
import { type Origin, openRows } from '../import/rows.ts'
import { describeImport, describeProgress } from '../import/summary.ts'
import { SYSTEMS, type System, type SystemOptions } from '../import/systems.ts'
import { type AttributionOptions, addAttribution, addStoreOptions, attributionOf, withKeyring } from '../keyring.ts'
import { Progress } from '../progress.ts'
import { SETTINGS } from '../settings.ts'

interface Options extends AttributionOptions, Omit<Origin, 'file'> {
  readonly from: string
  readonly tokenPrefix?: string
  readonly expireAfter?: string
  readonly notHashed?: true
  readonly mapScope?: string[]
  readonly map?: string[]
  readonly ignoreColumn?: string[]
  readonly dryRun?: true
  readonly json?: true
}

/** `bearward import`: keys that another system issued, from its database, JSON lines or CSV. */
export const addImport: AddCommand = (program, frame) => {
  const command = program
    .command('import')
    .summary('take over keys of another system')
    .description('Take over keys of another system. Run again, it goes on where it ended.')
    .argument('[file]')
    .addOption(
      new Option('--from <system>', 'where they come from').choices(Object.keys(SYSTEMS)).makeOptionMandatory(),
    )
    .option('--csv', 'the file is CSV with a heading, not JSON lines')
    .option('--from-url <url>', 'read its database, not a file')
    .option('--query <sql>', 'what to read there (default: its own table)')
    .option('--token-prefix <prefix>', 'what tokens begin with there')
    .option('--expire-after <time>', 'sanctum.expiration, such as 365d')
    .option('--not-hashed', 'better-auth with disableKeyHashing')
    .option('--map-scope <old=new...>', 'scopes by other names: a=b,c; a= for none')
    .option('--map <column=field...>', 'columns by other names: valid_till=expiresAt')
    .option('--ignore-column <name...>', 'columns that need not be read')
    .option('--dry-run', 'say what would be done, and write nothing')
  addAttribution(addStoreOptions(addScopesOption(addFormatOptions(command))))
  // The help has to fit a screen.
  for (const option of command.options) if (BRIEF.includes(option.long ?? '')) option.hideHelp()

  command.action(
    frame.handle(async (command, file) => {
      const options = command.opts<Options>()
      const { output, world } = frame
      const system = SYSTEMS[options.from] as (typeof SYSTEMS)[string]
      const read = readerOf(system, options)
      const mapScopes = scopeMap(options.mapScope ?? [])
      const { rows, share } = openRows(world, system, { ...options, file })
      const imports = system.formats(options.tokenPrefix)
      const progress = new Progress(output, 'import', 'begun')
      const summary = await withKeyring(
        frame,
        command,
        async ({ keyring }) => {
          // Rows and keys may be in one file of SQLite, which has to be as the store wants it before a long read begins.
          await keyring.list({ limit: 1 })
          return keyring
            .import(rows, {
              read,
              mapScopes,
              dryRun: options.dryRun ?? false,
              onProgress(soFar) {
                progress.update(describeProgress(soFar, share()))
              },
              ...attributionOf(frame, options),
            })
            .catch(throwUnread)
        },
        { imports, access: options.dryRun ? 'try' : 'fill' },
      ).finally(() => progress.end())
      if (options.json) output.json(summary)
      else output.data(describeImport(output, summary, options.dryRun ?? false))
      return isComplete(summary) ? 'ok' : 'found'
    }),
  )
}

/** Options that this command is given like others, and that its help names in one line. */
const BRIEF: readonly string[] = [SETTINGS.environments.flag, SETTINGS.scopes.flag]

/** Whether nothing is left for an operator to look at. */
function isComplete({ rejected, refusedThere, undecided }: ImportSummary): boolean {
  return rejected === 0 && refusedThere === 0 && Object.keys(undecided).length === 0
}

function throwUnread(error: unknown): never {
  if (!(error instanceof UnreadColumnError)) throw error
  const [column = ''] = error.columns
  const mend = `say --map ${column}=field or --ignore-column ${column} for each, and run it again`
  throw new Failure('usage', error.message, mend, { cause: error })
}

function readerOf(system: System, options: Options): (row: Row) => ImportRow {
  const facts = { ...systemOptions(options), map: columnMap(options.map ?? []), ignore: options.ignoreColumn }
  try {
    return system.read(facts)
  } catch (cause) {
    // Its other options were checked by this program.
    const [, fields = ''] = (cause as Error).message.split(' to one of ')
    throw new Failure('usage', '--map names no field of this system', `give one of ${fields}`, { cause })
  }
}

function columnMap(pairs: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.lastIndexOf('=')
      if (at < 1 || at === pair.length - 1) {
        throw new Failure('usage', `--map ${pair} is no pair`, 'write column=field')
      }
      return [pair.slice(0, at), pair.slice(at + 1)]
    }),
  )
}

function systemOptions({ from, expireAfter, notHashed }: Options): SystemOptions {
  if (expireAfter !== undefined && from !== 'sanctum') {
    throw new Failure('usage', '--expire-after is for sanctum alone', 'leave it out')
  }
  if (notHashed && from !== 'better-auth') {
    throw new Failure('usage', '--not-hashed is for better-auth alone', 'leave it out')
  }
  if (expireAfter === undefined) return { disableKeyHashing: notHashed }
  const expirationMinutes = readDuration('--expire-after', expireAfter) / MINUTE
  if (Number.isInteger(expirationMinutes) && expirationMinutes > 0) return { expirationMinutes }
  throw new Failure(
    'usage',
    `--expire-after ${expireAfter} is not in whole minutes`,
    'write the value of sanctum.expiration and m',
  )
}

function scopeMap(pairs: readonly string[]): Record<string, string[]> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=')
      if (at < 1) throw new Failure('usage', `--map-scope ${pair} is no pair`, 'write old=new')
      const names = pair.slice(at + 1)
      return [pair.slice(0, at), names === '' ? [] : names.split(',')]
    }),
  )
}
