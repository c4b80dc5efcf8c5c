import { Failure } from '../failure.ts'
import { type AddCommand, addFormatOptions } from '../frame.ts'
import { addStoreOptions, attributionOf, type OpenKeyring, withKeyring } from '../keyring.ts'
import { withoutSecrets } from '../text.ts'

interface Options {
  readonly port: string
  readonly actor?: string
  readonly json?: true
}

/** `bearward console`: the console for one person on this machine, until it is interrupted. */
export const addConsole: AddCommand = (program, frame) => {
  const command = program
    .command('console')
    .summary('serve the console to you, on this machine')
    .description('Serve a page with all keys to you, at an address of this machine that signs in once.')
    .option('--port <number>', 'where it listens, 0 to 65535 (default: a free one)', '0')
    .option('--actor <who>', 'who does it, for the audit trail (default: you)')
  addStoreOptions(addFormatOptions(command))

  command.action(
    frame.handle(async (command) => {
      const options = command.opts<Options>()
      const port = readPort(options.port)
      const { actor } = attributionOf(frame, options)
      const onFailure = (error: unknown) => frame.output.note(`bearward: ${withoutSecrets(lineOf(error))}`)
      const serve = async ({ keyring }: OpenKeyring): Promise<void> => {
        // A store that cannot be used is told now, and not by a page.
        await keyring.list({ limit: 1 })
        // Loaded when it is asked for: no other command should wait for a page to be read.
        const { serveConsole } = await import('@bearward/console/local')
        const console = await serveConsole({ keyring, port, actor, onFailure }).catch((cause: unknown) => {
          throw portFailure(port, cause)
        })
        try {
          if (options.json) frame.output.json({ url: console.url })
          else frame.output.data(console.url)
          if (!options.json) frame.output.note('Open it: it signs in once. Stop with Ctrl-C.')
          await frame.world.interrupted()
        } finally {
          await console.close()
        }
      }
      await withKeyring(frame, command, serve, { access: 'begin' })
      return 'ok'
    }),
  )
}

/** @throws {Failure} when it is no port */
function readPort(text: string): number {
  const port = Number(text)
  if (/^\d+$/.test(text) && port <= 65_535) return port
  throw new Failure('usage', `--port ${text} is no whole number from 0 to 65535`, 'change it')
}

function portFailure(port: number, cause: unknown): unknown {
  const { code } = cause as NodeJS.ErrnoException
  if (code === 'EADDRINUSE') return new Failure('unreachable', `port ${port} is taken`, 'choose another one', { cause })
  if (code === 'EACCES')
    return new Failure('denied', `port ${port} may not be used`, 'choose one above 1023', { cause })
  return cause
}

function lineOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  return text.split('\n')[0] ?? ''
}
