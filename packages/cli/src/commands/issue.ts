import type { Metadata } from '@bearward/keyring'
import { keyDetails } from '../describe-key.ts'
import { readDuration } from '../duration.ts'
import { Failure } from '../failure.ts'
import { type AddCommand, addFormatOptions, addScopesOption } from '../frame.ts'
import {
  type AttributionOptions,
  addAttribution,
  addStoreOptions,
  attributionOf,
  type OpenKeyring,
  withKeyring,
} from '../keyring.ts'

interface Options extends AttributionOptions {
  /** `false` with `--no-owner`. */
  readonly owner?: string | false
  readonly name?: string
  readonly scope?: string[]
  readonly environment?: string
  readonly expiresIn?: string
  readonly metadata?: string
  readonly id?: string
  readonly json?: true
}

/** `bearward issue`: a key, whose token is printed this once. */
export const addIssue: AddCommand = (program, frame) => {
  const command = program
    .command('issue')
    .summary('make a key; prints its token, once')
    .description('Make a key. Its token is the only thing on standard output; the store holds a digest.')
    .option('--owner <owner>', 'whose key it is; this or --no-owner must be given')
    .option('--no-owner', 'state that it has no owner')
    .option('--name <name>', 'what people call it')
    .option('--scope <scopes...>', 'what it may do')
    .option('--environment <name>', 'the environment (default: the first)')
    .option('--expires-in <time>', 'how long it lives, such as 90d (default: for ever)')
    .option('--metadata <json>', 'an object of your own')
    .option('--id <id>', 'its id (default: a new one)')
  addAttribution(addStoreOptions(addScopesOption(addFormatOptions(command))))
  // The parser would let the later of the two win.
  const stated = new Set<string>()
  for (const name of ['owner', 'no-owner']) command.on(`option:${name}`, () => stated.add(name))

  command.action(
    frame.handle(async (command) => {
      const options = command.opts<Options>()
      const { id, owner, name, scope, environment, expiresIn, metadata } = options
      const facts = {
        id,
        name,
        scopes: scope,
        environment,
        expiresInMs: expiresIn === undefined ? undefined : readDuration('--expires-in', expiresIn),
        metadata: metadata === undefined ? undefined : readMetadata(metadata),
        owner: readOwner(owner, stated),
        ...attributionOf(frame, options),
      }
      const make = ({ keyring }: OpenKeyring) => keyring.issue(facts)
      const { token, key } = await withKeyring(frame, command, make, { access: 'begin' })
      if (options.json) frame.output.json({ token, key })
      else frame.output.data(token)
      if (!options.json) frame.output.note([...keyDetails(frame.output, key), 'The token is shown this once.'])
      return 'ok'
    }),
  )
}

/** @param stated the options on owners that were given */
function readOwner(owner: string | false | undefined, stated: ReadonlySet<string>): string | null {
  if (stated.size > 1) throw new Failure('usage', '--owner and --no-owner contradict each other', 'give one of them')
  if (owner === undefined) {
    throw new Failure(
      'usage',
      'the key has no owner',
      'name one with --owner, or state with --no-owner that it has none',
    )
  }
  return owner === false ? null : owner
}

function readMetadata(text: string): Metadata {
  try {
    return JSON.parse(text) as Metadata
  } catch (cause) {
    throw new Failure('usage', '--metadata is not JSON', 'write an object, such as \'{"plan":"pro"}\'', { cause })
  }
}
