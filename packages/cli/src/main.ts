#!/usr/bin/env node
import { enableCompileCache } from 'node:module'

// A scan of a small tree is over in less time than it takes to compile this program.
enableCompileCache()
const [{ run }, { processWorld }, { EXIT_CODES }] = await Promise.all([
  import('./program.ts'),
  import('./world.ts'),
  import('./exit-codes.ts'),
])

process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => {
  // Whoever reads our output may stop reading: `bearward scan . | head` is no error.
  if (code === 'EPIPE') process.exit(0)
  // A full disk, say. A token that was to go there is lost, and nobody else has it.
  const mend = 'what was done is done: bearward audit shows it'
  process.stderr.write(`bearward: standard output cannot be written (${code}); ${mend}\n`)
  process.exit(EXIT_CODES.denied)
})
// There is nobody left to tell.
process.stderr.on('error', () => {})

process.exitCode = await run(process.argv.slice(2), processWorld())
