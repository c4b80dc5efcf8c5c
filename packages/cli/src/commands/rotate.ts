import { confirm } from '../confirm.ts'
import { keyDetails, writeMoment } from '../describe-key.ts'
import { readDuration } from '../duration.ts'
import { type AddCommand, addFormatOptions } from '../frame.ts'
import { type AttributionOptions, addAttribution, addStoreOptions, attributionOf, withKeyring } from '../keyring.ts'

interface Options extends AttributionOptions {
  readonly grace: string
  readonly endOnFirstUse?: true
  readonly expiresIn?: string
  readonly id?: string
  readonly yes?: true
  readonly json?: true
}

/** `bearward rotate`: a successor for a key. */
export const addRotate: AddCommand = (program, frame) => {
  const command = program
    .command('rotate')
    .summary('give a key a successor; prints its token, once')
    .description('Give a key a successor. Both work until the grace ends.')
    .argument('<id>', 'the key to replace')
    .option('--grace <time>', 'how long both work; 0: the old one ends at once', '1d')
    .option('--end-on-first-use', 'the first use of the successor ends the grace')
    .option('--expires-in <time>', 'how long the successor lives (default: as the old one)')
    .option('--id <id>', 'id of the successor (default: a new one)')
    .option('--yes', 'do not ask')
  addAttribution(addStoreOptions(addFormatOptions(command)))

  command.action(
    frame.handle(async (command, id = '') => {
      const options = command.opts<Options>()
      const { grace, endOnFirstUse = false, expiresIn, yes = false, json } = options
      const graceMs = readDuration('--grace', grace)
      const question = `End ${id} at once? Whoever uses it is refused from then on.`
      if (graceMs === 0 && !(await confirm(frame.world, question, yes))) return 'found'
      const { token, key, previous, alsoEnded, confirmation } = await withKeyring(frame, command, ({ keyring }) =>
        keyring.rotate(id, {
          id: options.id,
          graceMs,
          endOnFirstUse,
          expiresInMs: expiresIn === undefined ? undefined : readDuration('--expires-in', expiresIn),
          ...attributionOf(frame, options),
        }),
      )
      if (json) {
        frame.output.json({ token, key, previous, alsoEnded, confirmation })
        return 'ok'
      }
      frame.output.data(token)
      const end = graceMs === 0 ? 'is refused everywhere' : `works until ${writeMoment(previous.graceEndsAt)} UTC`
      const older = alsoEnded.map((each) => ` ${each.id}, which it had replaced, is refused too.`).join('')
      frame.output.note([
        ...keyDetails(frame.output, key),
        `The token is shown this once. ${previous.id} ${end}.${older}`,
      ])
      return 'ok'
    }),
  )
}
