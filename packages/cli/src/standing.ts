import type { Changed, Disabled } from '@bearward/keyring'
import { say, sayChain } from './commands/revoke.ts'
import { paintState } from './describe-key.ts'
import { type AddCommand, addFormatOptions } from './frame.ts'
import { type AttributionOptions, addAttribution, addStoreOptions, attributionOf, withKeyring } from './keyring.ts'

const TEXTS = {
  disable: ['refuse a key until it is enabled', 'Refuse a key until it is enabled again.'],
  enable: ['take a disabled key back', 'Take back a key that was disabled.'],
} as const

/** `bearward disable` and `bearward enable`: a key that is refused for a while. */
export function addStanding(name: 'disable' | 'enable'): AddCommand {
  return (program, frame) => {
    const [summary, description] = TEXTS[name]
    const command = program.command(name).summary(summary).description(description).argument('<id>', 'the key')
    addAttribution(addStoreOptions(addFormatOptions(command)))

    command.action(
      frame.handle(async (command, id = '') => {
        const options = command.opts<AttributionOptions & { json?: true }>()
        const changed: Changed & Partial<Disabled> = await withKeyring(frame, command, ({ keyring }) =>
          keyring[name](id, attributionOf(frame, options)),
        )
        const { key, confirmation, stillAccepted = [] } = changed
        const state = `${key.id} is ${paintState(frame.output, key.state)}`
        if (options.json) frame.output.json(changed)
        else frame.output.data(name === 'disable' ? `${state}, ${say(confirmation)}` : state)
        if (!options.json) for (const line of sayChain({ alsoEnded: [], stillAccepted })) frame.output.data(line)
        return 'ok'
      }),
    )
  }
}
