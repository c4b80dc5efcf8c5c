import { mkdtempSync, rmSync } from 'node:fs'
import { constants, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { serveConsole } from '@bearward/console/local'
import { listAttempts } from './attempts.ts'
import { visitConsole } from './console.ts'
import { openKeys } from './keys.ts'
import { exitCodeOf, makeAttempts } from './outcome.ts'
import { startNeighbour, startServers } from './servers.ts'
import { startSession } from './session.ts'
import { formatOutcomes } from './table.ts'
import { formatTrail } from './trail.ts'

const USAGE = `npm run demo                          show what each framework and another process answer, then stay up
npm run demo -- --once                the same, and end: exit code 1 if any answer was not the expected one
npm run --silent demo -- --json       the same as --once, for a program`

const YOURS = { owner: 'acct_1', scopes: ['posts:read'], metadata: { plan: 'pro' } } as const

const { once, json, help } = readOptions()
if (help) {
  console.log(USAGE)
  process.exit()
}

const folder = mkdtempSync(join(tmpdir(), 'bearward-demo-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
// Ctrl-C is how the demo ends when all is well, so it is no failure; another signal is told to whoever sent it.
process.once('SIGINT', () => process.exit())
for (const signal of ['SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => process.exit(128 + constants.signals[signal]))
}

const file = join(folder, 'keys.db')
const keys = openKeys(file)
const { keyring } = keys
await keyring.ready()
const verifier = keyring.verifier()
const failures: string[] = []
const stopCollecting = verifier.on('failed', ({ error }) => failures.push(String(error)))
const servers = [...(await startServers(verifier)), await startNeighbour(file)]

const attempts = await listAttempts(keys)
const outcomes = await makeAttempts(attempts, servers, keys.reads)
const { entries } = await keyring.audit({ limit: 500 })
stopCollecting()
const consoleStatus = await visitConsole(keys)
// Set now and kept: somebody who stops the demo after a failure gets to know of it too.
process.exitCode = consoleStatus === 200 ? exitCodeOf(outcomes) : 1

const ok = process.exitCode === 0
if (json) console.log(JSON.stringify({ ok, outcomes, failures, console: consoleStatus, audit: entries }, null, 2))
else {
  console.log(`\n${formatOutcomes(outcomes, { color: wantsColor() })}`)
  for (const failure of new Set(failures))
    console.log(`The store being down was told to the operator alone: ${failure}`)
  console.log(`\n${formatTrail(entries, { color: wantsColor() })}\n`)
  console.log(`The console was signed in to, and its list of keys answered ${consoleStatus}.\n`)
}

if (once || json) {
  for (const server of servers) server.close()
  await keyring.close()
} else {
  const { token, key } = await keyring.issue({ ...YOURS, id: 'key_yours', name: 'Yours', actor: 'you' })
  startSession({
    verifier,
    servers,
    token,
    consoleUrl: (await serveConsole({ keyring, actor: 'you', exampleUrl: `${servers[0]?.origin}/v1/posts` })).url,
    input: process.stdin.isTTY ? process.stdin : undefined,
    print: (text) => console.log(text),
    revoke: () => keyring.revoke(key.id, { actor: 'you' }),
  })
}

function readOptions() {
  const flag = { type: 'boolean', default: false } as const
  try {
    return parseArgs({ options: { once: flag, json: flag, help: flag } }).values
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${USAGE}`)
    process.exit(2)
  }
}

/** https://no-color.org: any value that is not empty. */
function wantsColor(): boolean {
  return process.stdout.isTTY && !process.env.NO_COLOR
}
