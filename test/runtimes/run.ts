// Runs the tests of core, hono, keyring, leak-report, console and import under every runtime, one after the other, and prints a line for each.
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { runtimes } from './binaries.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const results = `${root}.vitest/results`
const vitest = `${root}node_modules/vitest/vitest.mjs`

mkdirSync(results, { recursive: true })

// Vitest 5 does not run on Node 20: there test/packaging uses the packed packages.
for (const { name, binary, runArguments } of runtimes.filter(({ name }) => name !== 'Node 20')) {
  // Bun cannot fork a process for each test file.
  const pool = name === 'Bun' ? ['--pool=threads'] : []
  report(name, binary, [...runArguments, vitest, 'run', '--config=test/runtimes/vitest.config.ts', ...pool])
}
report('workerd', process.execPath, [vitest, 'run', '--project=workerd'])

function report(name: string, binary: string, argv: string[]): void {
  const file = `${results}/${name.toLowerCase().replace(' ', '-')}.json`
  rmSync(file, { force: true })
  const started = performance.now()
  const { status, signal, error, stdout, stderr } = spawnSync(
    binary,
    [...argv, '--maxWorkers=100%', '--reporter=default', '--reporter=json', `--outputFile.json=${file}`],
    { cwd: root, encoding: 'utf8', env: { ...process.env, NO_COLOR: '1' } },
  )
  if (error) throw error
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  const output = `${stdout}${stderr}`
  if (status !== 0) fail(`${name} failed (${signal ?? `exit code ${status}`}) after ${seconds} s`, output)

  const { numPassedTests: passed, numFailedTests: failed } = JSON.parse(readFileSync(file, 'utf8'))
  if (passed === 0) fail(`${name} ran no test`, output)
  console.log(`${name.padEnd(8)} ${passed} passed, ${failed} failed  ${seconds} s`)
}

function fail(message: string, output: string): never {
  console.error(`${output}\n${message}`)
  process.exit(1)
}
