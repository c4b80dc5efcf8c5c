import { paintState } from '../describe-key.ts'
import { type AddCommand, addFormatOptions } from '../frame.ts'
import { type AttributionOptions, addAttribution, addStoreOptions, attributionOf, withKeyring } from '../keyring.ts'
import { say } from './revoke.ts'

const TEXTS = {
  disable: ['refuse a key until it is enabled', 'Refuse a key until it is enabled again.'],
  enable: ['take a disabled key back', 'Take back a key that was disabled.'],
} as const

/** `bearward disable` and `bearward enable`: a key that is refused for a while. */
function addStanding(name: 'disable' | 'enable'): AddCommand {
  return (program, frame) => {
    const [summary, description] = TEXTS[name]
    const command = program.command(name).summary(summary).description(description).argument('<id>', 'the key')
    addAttribution(addStoreOptions(addFormatOptions(command)))

    command.action(
      frame.handle(async (command, id = '') => {
        const options = command.opts<AttributionOptions & { json?: true }>()
        const { key, confirmation } = await withKeyring(frame, command, ({ keyring }) =>
          keyring[name](id, attributionOf(frame, options)),
        )
        if (options.json) frame.output.json({ key, confirmation })
        else if (name === 'disable')
          frame.output.data(`${key.id} is ${paintState(frame.output, key.state)}, ${say(confirmation)}`)
        else frame.output.data(`${key.id} is ${paintState(frame.output, key.state)}`)
        return 'ok'
      }),
    )
  }
}

export const addDisable: AddCommand = addStanding('disable')
export const addEnable: AddCommand = addStanding('enable')
