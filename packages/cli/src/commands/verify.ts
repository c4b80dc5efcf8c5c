import { createVerifier, type Reason, systemClock } from '@bearward/core'
import { recordOf } from '@bearward/keyring'
import { keyDetails } from '../describe-key.ts'
import { Failure } from '../failure.ts'
import { type AddCommand, addFormatOptions } from '../frame.ts'
import { addStoreOptions, withKeyring } from '../keyring.ts'
import type { World } from '../world.ts'

/** `bearward verify`: whether a token is real, and why not. Counts as no use of the key. */
export const addVerify: AddCommand = (program, frame) => {
  const command = program
    .command('verify')
    .summary('say whether a token is accepted, and why not')
    .description('Read a token from standard input and say whether it is accepted. Exit code 1: it is not.')
    .argument('[token]', 'refused: what is typed stays in the history of the shell')
  addStoreOptions(addFormatOptions(command))

  command.action(
    frame.handle(async (command, typed) => {
      if (typed !== undefined) {
        const mend = 'give it on standard input: bearward verify < file, or type it after the command and press Ctrl-D'
        throw new Failure('usage', 'a token as an argument stays in the history and in the list of processes', mend)
      }
      const token = await readToken(frame.world.stdin)
      if (token === '') throw new Failure('usage', 'there is no token on standard input', 'bearward verify < file')
      const format = frame.settings(command).format()
      const { key, reason } = await withKeyring(frame, command, async ({ database: { store } }) => {
        let reason: Reason | undefined
        const verifier = createVerifier({
          format,
          async resolve(digest) {
            const stored = await store.findByDigest([digest], { fresh: true })
            return stored && recordOf(stored, systemClock.now())
          },
        })
        let failure: unknown
        verifier.on('denied', (event) => {
          reason = event.reason
        })
        verifier.on('failed', ({ error }) => {
          failure = error
        })
        const verdict = await verifier.verify(`Bearer ${token}`)
        verifier.close()
        if (failure !== undefined) throw failure
        return verdict.ok ? { key: verdict.principal.key, reason: undefined } : { key: undefined, reason }
      })
      if (command.opts<{ json?: true }>().json) frame.output.json({ accepted: key !== undefined, reason, key })
      else if (key === undefined) frame.output.data(`refused: ${reason}`)
      else frame.output.data(`accepted\n${keyDetails(frame.output, key)}`)
      return key === undefined ? 'found' : 'ok'
    }),
  )
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
