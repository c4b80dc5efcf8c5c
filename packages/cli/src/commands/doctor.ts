import { SECOND, schedule, systemClock } from '@bearward/core'
import { SCHEMA_VERSION, tableVersion } from '@bearward/sql'
import type { OpenDatabase } from '../database.ts'
import { type AddCommand, addFormatOptions } from '../frame.ts'
import { addStoreOptions, withDatabase } from '../keyring.ts'
import { table } from '../table.ts'

/** One thing that was looked at. */
interface Check {
  readonly name: string
  readonly ok: boolean
  readonly found: string
}

/** More than this, and an expiry that one process sees is none to another. */
const MAX_SKEW_MS = 2 * SECOND
const CHANNEL_MS = 5 * SECOND

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
      const checks: Check[] = []
      const check = async (name: string, look: () => Promise<string> | string): Promise<boolean> => {
        try {
          checks.push({ name, ok: true, found: await look() })
          return true
        } catch (error) {
          checks.push({ name, ok: false, found: String((error as Error).message).split('\n')[0] ?? '' })
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
          async (database) => {
            await check('tables', () => lookAtTables(database))
            await check('channel', () => lookAtChannel(database))
            await check('clock', () => lookAtClock(database))
            return database.kind
          },
          { migrate: false },
        ),
      )
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

async function lookAtTables({ store }: OpenDatabase): Promise<string> {
  const version = await tableVersion(store)
  if (version < SCHEMA_VERSION) throw new Error(`are at version ${version} of ${SCHEMA_VERSION}: run bearward migrate`)
  return `version ${version}`
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
