import { createReadStream } from 'node:fs'
import { resolve } from 'node:path'
import { csvRows, jsonLines, type Row } from '@bearward/import'
import { createKeyring, type ImportSummary } from '@bearward/keyring'
import { Option } from 'commander'
import { Failure, fileFailure } from '../failure.ts'
import { type AddCommand, addFormatOptions, type Frame } from '../frame.ts'
import { type AttributionOptions, addAttribution, addStoreOptions, attributionOf, withDatabase } from '../keyring.ts'
import type { Output } from '../output.ts'
import { SYSTEMS } from '../systems.ts'
import { table } from '../table.ts'

interface Options extends AttributionOptions {
  readonly from: string
  readonly csv?: true
  readonly tokenPrefix?: string
  readonly mapScope?: string[]
  readonly dryRun?: true
  readonly json?: true
}

/** `bearward import`: keys that another system issued, from JSON lines or CSV. */
export const addImport: AddCommand = (program, frame) => {
  const command = program
    .command('import')
    .summary('take over keys of another system')
    .description('Take over keys from JSON lines or CSV; - reads standard input. Run again, it goes on.')
    .argument('<file>')
    .addOption(
      new Option('--from <system>', 'where they come from').choices(Object.keys(SYSTEMS)).makeOptionMandatory(),
    )
    .option('--csv', 'the file is CSV with a heading (default: JSON lines)')
    .option('--token-prefix <prefix>', 'what tokens begin with there')
    .option('--map-scope <old=new...>', 'scopes by other names: a=b,c; a= for none')
    .option('--dry-run', 'say what would be done, and write nothing')
  addAttribution(addStoreOptions(addFormatOptions(command)))

  command.action(
    frame.handle(async (command, file = '') => {
      const options = command.opts<Options>()
      const system = SYSTEMS[options.from] as (typeof SYSTEMS)[string]
      const format = frame.settings(command).format()
      const summary = await withDatabase(frame, command, async ({ store, channel }) => {
        const imports = [system.format(options.tokenPrefix)]
        const keyring = createKeyring({ store, channel, format, imports })
        return keyring.import(rowsOf(frame, file, options.csv ?? false), {
          read: system.read(),
          mapScopes: scopeMap(options.mapScope ?? []),
          dryRun: options.dryRun ?? false,
          onProgress({ rows, imported }) {
            if (frame.output.isWatched) frame.output.progress(`${rows} rows, ${imported} imported`)
          },
          ...attributionOf(frame, options),
        })
      })
      if (frame.output.isWatched) frame.output.progress('')
      if (options.json) frame.output.json(summary)
      else frame.output.data(describe(frame.output, summary, options.dryRun ?? false))
      return summary.rejected > 0 ? 'found' : 'ok'
    }),
  )
}

async function* rowsOf({ world }: Frame, file: string, isCsv: boolean): AsyncGenerator<Row> {
  const pieces = file === '-' ? world.stdin : createReadStream(resolve(world.cwd, file))
  try {
    yield* isCsv ? csvRows(pieces) : jsonLines(pieces)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).syscall !== undefined) throw fileFailure(file, cause)
    throw new Failure('usage', `${file} cannot be read: ${(cause as Error).message}`, 'mend the file', { cause })
  }
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

function describe(output: Output, summary: ImportSummary, isDryRun: boolean): string {
  const { rows, imported, skipped, leftOut, rejected, problems, states, scopes, withoutScopes, withoutOwner } = summary
  const counts = (of: Readonly<Record<string, number>>): string =>
    Object.entries(of)
      .filter(([, count]) => count > 0)
      .map(([name, count]) => `${count} ${name}`)
      .join(', ') || '-'
  const lines = [
    ['rows', String(rows)],
    [isDryRun ? 'would import' : 'imported', String(imported)],
    ['there already', String(skipped)],
    ['left out', String(leftOut)],
    ['rejected', rejected > 0 ? output.paint('red', String(rejected)) : '0'],
    ['states', counts(states)],
    ['scopes', counts(scopes)],
    ['no scopes', String(withoutScopes)],
    ['no owner', String(withoutOwner)],
  ].map(([name = '', value = '']) => `${name.padEnd(14)}${value}`)
  if (problems.length === 0) return lines.join('\n')
  const told = problems.map(({ row, foreignId, message }) => [String(row), foreignId ?? '-', message])
  return `${lines.join('\n')}\n\n${table(['ROW', 'ID THERE', 'WHY NOT'], told)}`
}
