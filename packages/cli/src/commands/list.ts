import { KEY_STATES, type KeyState } from '@bearward/keyring'
import { Option } from 'commander'
import { conditionsIn } from '../conditions.ts'
import { keyTable } from '../describe-key.ts'
import { type AddCommand, addFormatOptions } from '../frame.ts'
import { addStoreOptions, withKeyring } from '../keyring.ts'
import { readLimit } from '../limit.ts'

interface Options {
  readonly owner?: string
  readonly environment?: string
  readonly state?: KeyState
  readonly hint?: string
  readonly limit: string
  readonly cursor?: string
  readonly json?: true
}

/** `bearward list`: a page of keys, newest first. */
export const addList: AddCommand = (program, frame) => {
  const command = program
    .command('list')
    .summary('list keys, newest first')
    .description('List keys, newest first. Tokens are not among what can be shown.')
    .option('--owner <owner>', 'keys of this owner')
    .option('--environment <name>', 'keys of this environment')
    .addOption(new Option('--state <state>', 'keys in this state').choices(KEY_STATES))
    .option('--hint <hint>', 'keys whose hint begins like this')
    .option('--limit <number>', 'keys at most, 1 to 500', '50')
    .option('--cursor <cursor>', 'go on where the page before ended')
  addStoreOptions(addFormatOptions(command))

  command.action(
    frame.handle(async (command) => {
      const { owner, environment, state, hint, cursor, limit, json } = command.opts<Options>()
      const query = { ...conditionsIn({ owner, environment, state, hint }), cursor, limit: readLimit(limit) }
      const page = await withKeyring(frame, command, ({ keyring }) => keyring.list(query), { access: 'read' })
      if (json) frame.output.json(page)
      else frame.output.data(keyTable(frame.output, page.keys))
      if (!json && page.next !== null) frame.output.note(`There are more: --cursor ${page.next}`)
      return 'ok'
    }),
  )
}
