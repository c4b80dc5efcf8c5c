import { keyDetails } from '../describe-key.ts'
import { Failure } from '../failure.ts'
import { type AddCommand, addFormatOptions } from '../frame.ts'
import { addStoreOptions, withKeyring } from '../keyring.ts'

/** `bearward show`: all that is known of one key. */
export const addShow: AddCommand = (program, frame) => {
  const command = program
    .command('show')
    .summary('show one key')
    .description('Show all that is known of a key.')
    .argument('<id>', 'its id')
  addStoreOptions(addFormatOptions(command))

  command.action(
    frame.handle(async (command, id = '') => {
      const key = await withKeyring(frame, command, ({ keyring }) => keyring.get(id), { access: 'read' })
      if (key === null) throw new Failure('refused', 'there is no such key', 'bearward list shows the keys there are')
      if (command.opts<{ json?: true }>().json) frame.output.json(key)
      else frame.output.data(keyDetails(frame.output, key))
      return 'ok'
    }),
  )
}
