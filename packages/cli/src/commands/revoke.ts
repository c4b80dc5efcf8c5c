import type { Confirmation } from '@bearward/core'
import type { ChainPart, Key, Revoked } from '@bearward/keyring'
import { Option } from 'commander'
import { confirm } from '../confirm.ts'
import { writeMoment } from '../describe-key.ts'
import { Failure } from '../failure.ts'
import { type AddCommand, addFormatOptions } from '../frame.ts'
import { type AttributionOptions, addAttribution, addStoreOptions, attributionOf, withKeyring } from '../keyring.ts'

interface Options extends AttributionOptions {
  readonly owner?: string
  readonly chain?: ChainPart
  readonly wait: boolean
  readonly yes?: true
  readonly json?: true
}

/** `bearward revoke`: ends a key, or all keys of an owner, for good. */
export const addRevoke: AddCommand = (program, frame) => {
  const command = program
    .command('revoke')
    .summary('end a key for good')
    .description(
      'End a key, or all keys of an owner, for good. Ends when no process accepts them any more. Older keys that a rotation has left working end with the key.',
    )
    .argument('[id]', 'the key')
    .option('--owner <owner>', 'all keys of this owner instead')
    .addOption(
      new Option('--chain <which>', 'keys of its rotation chain that end too (default: predecessors)').choices(
        CHAIN_PARTS,
      ),
    )
    .option('--no-wait', 'do not wait until every process has heard of it')
    .option('--yes', 'do not ask')
  addAttribution(addStoreOptions(addFormatOptions(command)))

  command.action(
    frame.handle(async (command, id) => {
      const options = command.opts<Options>()
      const { owner, chain, wait, yes = false, json } = options
      if ((id === undefined) === (owner === undefined)) {
        throw new Failure('usage', 'nothing to revoke', 'give the id of a key, or --owner')
      }
      if (owner !== undefined && chain !== undefined) {
        throw new Failure('usage', '--chain goes with the id of a key', 'leave it out: --owner revokes every key')
      }
      const what = id ?? `all keys of ${owner}`
      if (!(await confirm(frame.world, `Revoke ${what}? This cannot be undone.`, yes))) return 'found'
      const change = { ...attributionOf(frame, options), confirm: wait }
      const done = await withKeyring(frame, command, async ({ keyring }) => {
        if (id === undefined) return keyring.revokeAll({ ...change, owner: owner ?? '' })
        const { confirmation, alsoEnded, stillAccepted } = await keyring.revoke(id, { ...change, chain })
        return { keyIds: [id, ...alsoEnded.map((key) => key.id)], confirmation, alsoEnded, stillAccepted }
      })
      if (json) frame.output.json(done)
      else
        frame.output.data(
          `revoked ${done.keyIds.length === 1 ? done.keyIds[0] : `${done.keyIds.length} keys`}, ${say(done.confirmation)}`,
        )
      if (!json && 'alsoEnded' in done) for (const line of sayChain(done)) frame.output.data(line)
      return 'ok'
    }),
  )
}

const CHAIN_PARTS: readonly ChainPart[] = ['predecessors', 'all', 'none']

/** Lines on the other keys of the rotation chain: those that ended too, and those that are accepted still. */
export function sayChain({ alsoEnded, stillAccepted }: Pick<Revoked, 'alsoEnded' | 'stillAccepted'>): string[] {
  const named = ({ id, hint }: Key): string => `${id} (${hint})`
  return [
    ...alsoEnded.map((key) => `also revoked: ${named(key)}`),
    ...stillAccepted.map(({ key, until }) => {
      const end = until === null ? 'without an end' : `until ${writeMoment(until)} UTC`
      return `still accepted: ${named(key)}, ${end}`
    }),
  ]
}

/** What is known of the other processes, for a person. */
export function say({ confirmed, acknowledged, silent, elapsedMs, boundMs }: Confirmation): string {
  if (!confirmed)
    return Number.isFinite(boundMs) ? `refused everywhere within ${Math.ceil(boundMs)} ms` : 'not published yet'
  const who = `${acknowledged} ${acknowledged === 1 ? 'process' : 'processes'} confirmed`
  return `refused everywhere after ${Math.ceil(elapsedMs)} ms (${who}${silent > 0 ? `, ${silent} silent` : ''})`
}
