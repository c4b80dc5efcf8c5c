#!/usr/bin/env node
import { run } from './program.ts'
import { processWorld } from './world.ts'

// Whoever reads our output may stop reading: `bearward scan . | head` is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
})

process.exitCode = await run(process.argv.slice(2), processWorld())
