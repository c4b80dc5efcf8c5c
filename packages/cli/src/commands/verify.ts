import type { Reason } from '@bearward/core'
import { createKeyring, type Keyring, type KeyringRecord, type KeyStore } from '@bearward/keyring'
import { Option } from 'commander'
import type { OpenDatabase } from '../database/open-database.ts'
import { keyDetails } from '../describe-key.ts'
import { Failure } from '../failure.ts'
import { type AddCommand, addFormatOptions } from '../frame.ts'
import { SYSTEMS } from '../import/systems.ts'
import { addStoreOptions, withDatabase } from '../keyring.ts'
import type { World } from '../world.ts'

interface Options {
  readonly from?: string
  readonly tokenPrefix?: string
  readonly json?: true
}

/** `bearward verify`: whether a token is real, and why not. Counts as no use of the key. */
export const addVerify: AddCommand = (program, frame) => {
  const command = program
    .command('verify')
    .summary('say whether a token is accepted, and why not')
    .description('Read a token from standard input and say whether it is accepted. Exit code 1: it is not.')
    .argument('[token]', 'refused: what is typed stays in the history of the shell')
    .addOption(new Option('--from <system>', 'it may be imported, from').choices(Object.keys(SYSTEMS)))
    .option('--token-prefix <prefix>', 'what tokens begin with there')
  addStoreOptions(addFormatOptions(command))

  command.action(
    frame.handle(async (command, typed) => {
      if (typed !== undefined) {
        const mend = 'give it on standard input: bearward verify < file, or type it after the command and press Ctrl-D'
        throw new Failure('usage', 'a token as an argument stays in the history and in the list of processes', mend)
      }
      const token = await readToken(frame.world.stdin)
      if (token === '') throw new Failure('usage', 'there is no token on standard input', 'bearward verify < file')
      const { from = '', tokenPrefix, json } = command.opts<Options>()
      const format = frame.settings(command).format()
      const imports = SYSTEMS[from]?.formats(tokenPrefix) ?? []
      const ask = async ({ store }: OpenDatabase): ReturnType<typeof look> => {
        const keyring = createKeyring({ store: withoutWrites(store), format, imports })
        try {
          return await look(keyring, token)
        } finally {
          await keyring.close()
        }
      }
      const { key, reason } = await withDatabase(frame, command, ask, { access: 'read' })
      if (json) frame.output.json({ accepted: key !== undefined, reason, key })
      else if (key === undefined) frame.output.data(`refused: ${reason}`)
      else frame.output.data(['accepted', ...keyDetails(frame.output, key)])
      if (reason === 'format' && from === '' && !json) {
        frame.output.note('It has not the form of your keys. Where it was imported, say --from.')
      }
      return key === undefined ? 'found' : 'ok'
    }),
  )
}

async function look(keyring: Keyring, token: string): Promise<{ key?: KeyringRecord; reason?: Reason }> {
  const verifier = keyring.verifier({ cache: false })
  let reason: Reason | undefined
  let failure: unknown
  verifier.on('denied', (event) => {
    reason = event.reason
  })
  verifier.on('failed', ({ error }) => {
    failure = error
  })
  const verdict = await verifier.verify(`Bearer ${token}`)
  if (failure !== undefined) throw failure
  return verdict.ok ? { key: verdict.principal.key } : { ...(reason !== undefined && { reason }) }
}

/** A store to which a use leaves no trace, and no better digest. */
function withoutWrites(store: KeyStore): KeyStore {
  return {
    findByDigest: (digests, context) => store.findByDigest(digests, context),
    findById: (id) => store.findById(id),
    list: (query) => store.list(query),
    listEnding: (query) => store.listEnding(query),
    audit: (query) => store.audit(query),
    usage: (keyId, sinceDay) => store.usage(keyId, sinceDay),
    outbox: async () => [],
    commit: () => Promise.reject(new Error('verify writes nothing')),
    recordUse: async () => [],
    close: async () => {},
  }
}

/** More than any token has, and than anybody would type. */
const MAX_INPUT = 10_000

async function readToken(stdin: World['stdin']): Promise<string> {
  const pieces: Buffer[] = []
  let length = 0
  for await (const piece of stdin as AsyncIterable<Buffer>) {
    pieces.push(piece)
    length += piece.length
    if (length > MAX_INPUT) {
      throw new Failure('usage', 'there is more than a token on standard input', 'give it the token alone')
    }
  }
  return Buffer.concat(pieces).toString('utf8').trim()
}
