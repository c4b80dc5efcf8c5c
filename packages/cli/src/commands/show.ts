import { keyDetails, writeMoment } from '../describe-key.ts'
import { Failure } from '../failure.ts'
import { type AddCommand, addFormatOptions } from '../frame.ts'
import { addStoreOptions, type OpenKeyring, withKeyring } from '../keyring.ts'

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
      const look = async ({ keyring }: OpenKeyring) => [await keyring.get(id), await keyring.chain(id)] as const
      const [key, chain] = await withKeyring(frame, command, look, { access: 'read' })
      if (key === null) throw new Failure('refused', 'there is no such key', 'bearward list shows the keys there are')
      const { json } = command.opts<{ json?: true }>()
      if (json) frame.output.json(key)
      else frame.output.data(keyDetails(frame.output, key))
      const others = (chain ?? []).filter((each) => each.id !== id && each.state !== 'disabled')
      for (const { id: other, state, graceEndsAt } of json ? [] : others) {
        const end = graceEndsAt === null ? '' : ` until ${writeMoment(graceEndsAt)} UTC`
        frame.output.data(`${other} of the same rotation chain is ${state}${end}`)
      }
      return 'ok'
    }),
  )
}
