import { keepCompiled } from './compile-cache.ts'

keepCompiled(process.env)

// Node 22 warns at every start that SQLite is new there. It is part of what this program is tested with.
const { emitWarning } = process
process.emitWarning = ((warning: string | Error, ...rest: never[]) => {
  if (!String(warning).startsWith('SQLite is an experimental feature')) emitWarning.call(process, warning, ...rest)
}) as typeof emitWarning

const [{ run }, { processWorld }, { EXIT_CODES }] = await Promise.all([
  import('./program.ts'),
  import('./world.ts'),
  import('./exit-codes.ts'),
])

process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => {
  // A reader may stop early: `bearward scan . | head` is no error.
  if (code === 'EPIPE') process.exit(0)
  // On a full disk, say. A token that was to go there is lost, and there is no other copy.
  const mend = 'what was done is done: bearward audit shows it'
  process.stderr.write(`bearward: standard output cannot be written (${code}); ${mend}\n`)
  process.exit(EXIT_CODES.denied)
})
// No stream is left for a message.
process.stderr.on('error', () => {})

process.exitCode = await run(process.argv.slice(2), processWorld())
