import type { Confirmation } from '@bearward/core'
import { confirm } from '../confirm.ts'
import { Failure } from '../failure.ts'
import { type AddCommand, addFormatOptions } from '../frame.ts'
import { type AttributionOptions, addAttribution, addStoreOptions, attributionOf, withKeyring } from '../keyring.ts'

interface Options extends AttributionOptions {
  readonly owner?: string
  readonly wait: boolean
  readonly yes?: true
  readonly json?: true
}

/** `bearward revoke`: ends a key, or all keys of an owner, for good. */
export const addRevoke: AddCommand = (program, frame) => {
  const command = program
    .command('revoke')
    .summary('end a key for good')
    .description('End a key, or all keys of an owner, for good. Ends when no process accepts them any more.')
    .argument('[id]', 'the key')
    .option('--owner <owner>', 'all keys of this owner instead')
    .option('--no-wait', 'do not wait until every process has heard of it')
    .option('--yes', 'do not ask')
  addAttribution(addStoreOptions(addFormatOptions(command)))

  command.action(
    frame.handle(async (command, id) => {
      const options = command.opts<Options>()
      const { owner, wait, yes = false, json } = options
      if ((id === undefined) === (owner === undefined)) {
        throw new Failure('usage', 'it is not said what to revoke', 'give the id of a key, or --owner')
      }
      const what = id ?? `all keys of ${owner}`
      if (!(await confirm(frame.world, `Revoke ${what}? This cannot be undone.`, yes))) return 'found'
      const change = { ...attributionOf(frame, options), confirm: wait }
      const done = await withKeyring(frame, command, async ({ keyring }) => {
        if (id === undefined) return keyring.revokeAll({ ...change, owner: owner ?? '' })
        const { confirmation } = await keyring.revoke(id, change)
        return { keyIds: [id], confirmation }
      })
      if (json) frame.output.json(done)
      else
        frame.output.data(
          `revoked ${done.keyIds.length === 1 ? done.keyIds[0] : `${done.keyIds.length} keys`}, ${say(done.confirmation)}`,
        )
      return 'ok'
    }),
  )
}

/** What is known of the other processes, for a person. */
export function say({ confirmed, acknowledged, silent, elapsedMs, boundMs }: Confirmation): string {
  if (!confirmed)
    return Number.isFinite(boundMs) ? `refused everywhere within ${Math.ceil(boundMs)} ms` : 'not published yet'
  const who = `${acknowledged} ${acknowledged === 1 ? 'process' : 'processes'} confirmed`
  return `refused everywhere after ${Math.ceil(elapsedMs)} ms (${who}${silent > 0 ? `, ${silent} silent` : ''})`
}
