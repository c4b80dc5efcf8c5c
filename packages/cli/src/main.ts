#!/usr/bin/env node
import { enableCompileCache } from 'node:module'

// A scan of a small tree is over in less time than it takes to compile this program.
enableCompileCache()
const [{ run }, { processWorld }] = await Promise.all([import('./program.ts'), import('./world.ts')])

// Whoever reads our output may stop reading: `bearward scan . | head` is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
})

process.exitCode = await run(process.argv.slice(2), processWorld())
