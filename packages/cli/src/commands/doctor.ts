import { SECOND, schedule, systemClock } from '@bearward/core'
import type { Command } from 'commander'
import type { OpenDatabase } from '../database/open-database.ts'
import { checkTables } from '../database/tables.ts'
import { databaseFailure } from '../database-failure.ts'
import { type AddCommand, addFormatOptions, type Frame } from '../frame.ts'
import { addStoreOptions, withDatabase } from '../keyring.ts'
import { table } from '../table.ts'
import { withoutSecrets } from '../text.ts'

/** One thing that was looked at. */
interface Check {
  readonly name: string
  readonly ok: boolean
  readonly found: string
}

/** More than this, and an expiry that one process sees is none to another. */
const MAX_SKEW_MS = 2 * SECOND
const CHANNEL_MS = 5 * SECOND
const NOT_TRIED = 'not tried: the address says mode=ro'

/** `bearward doctor`: whether configuration, database, channel and clock are as they should be. */
export const addDoctor: AddCommand = (program, frame) => {
  const command = program
    .command('doctor')
    .summary('check configuration, database, channel and clock')
    .description(
      'Check configuration, database, tables, channel and clock; change nothing. Exit code 1: something is wrong.',
    )
  addStoreOptions(addFormatOptions(command))

  command.action(
    frame.handle(async (command) => {
      const checks = await runChecks(frame, command)
      const isWell = checks.every(({ ok }) => ok)
      if (command.opts<{ json?: true }>().json) frame.output.json({ ok: isWell, checks })
      else {
        const rows = checks.map(({ name, ok, found }) => [
          name,
          ok ? frame.output.paint('green', 'ok') : frame.output.paint('red', 'WRONG'),
          found,
        ])
        frame.output.data(table(['CHECK', '', 'FOUND'], rows))
      }
      return isWell ? 'ok' : 'found'
    }),
  )
}

async function runChecks(frame: Frame, command: Command): Promise<readonly Check[]> {
  const checks: Check[] = []
  const check = async (name: string, look: () => Promise<string> | string): Promise<boolean> => {
    try {
      checks.push({ name, ok: true, found: await look() })
      return true
    } catch (error) {
      const failure = databaseFailure('the database', error)
      const found = withoutSecrets(String((failure as Error).message).split('\n')[0] ?? '')
      checks.push({ name, ok: false, found })
      return false
    }
  }
  const settings = frame.settings(command)
  await check('format', () => {
    const { prefix, environments } = settings.format()
    return [prefix, ...environments].join(', ')
  })
  await check('database', () =>
    withDatabase(
      frame,
      command,
      async (database, place) => {
        const hasTables = await check('tables', async () => {
          const tables = await database.tables()
          checkTables(tables)
          return `version ${tables.version}`
        })
        // A channel takes part by a row in a table, so it cannot be tried without tables, nor where nothing may be written.
        if (hasTables) await check('channel', () => (database.isReadOnly ? NOT_TRIED : lookAtChannel(database)))
        await check('clock', () => lookAtClock(database))
        return `${database.kind}: ${place}`
      },
      { access: 'look', isSilent: true },
    ),
  )
  return checks
}

async function lookAtChannel({ channel }: OpenDatabase): Promise<string> {
  const started = systemClock.monotonic()
  const subscription = channel.subscribe({ invalidate: () => {}, lost: () => {} })
  try {
    let cancel = (): void => {}
    const late = new Promise<never>((_, reject) => {
      cancel = schedule(systemClock, CHANNEL_MS, () => reject(new Error(`gives no answer within ${CHANNEL_MS} ms`)))
    })
    await Promise.race([subscription.prove(), late]).finally(() => cancel())
  } finally {
    await subscription.close()
  }
  return `answers after ${Math.ceil(systemClock.monotonic() - started)} ms; lease ${channel.leaseMs} ms`
}

async function lookAtClock({ serverTime }: OpenDatabase): Promise<string> {
  const before = systemClock.now()
  const server = await serverTime()
  if (server === undefined) return 'the database is on this machine'
  const skewMs = Math.round(server - (before + systemClock.now()) / 2)
  if (Math.abs(skewMs) > MAX_SKEW_MS) throw new Error(`is ${skewMs} ms off from the database's: set both by NTP`)
  return `${skewMs} ms off from the database's`
}
