// Everything that must hold before a change is merged, quickest first. Stops at the first step that fails.
import { spawnSync } from 'node:child_process'
import { rmSync } from 'node:fs'

const RESULTS = '.vitest/results'

const steps = [
  // `npm run demo` installs only what the demo needs, and pnpm then takes the workspace for complete.
  ['Install', 'pnpm install --frozen-lockfile --prefer-offline'],
  // Installing makes it too, but only where there was something to install.
  ['Page', 'node packages/console/scripts/build-page.mjs'],
  ['Types', 'tsc -b'],
  ['Format and lint', `biome ci --error-on-warnings --colors=${process.stdout.isTTY ? 'force' : 'off'}`],
  ['Promises', 'oxlint --type-aware'],
  ['Unused code', 'knip'],
  ['Tests', vitest('tests', '!workerd', '!packaging')],
  ['Tests on every runtime', 'node test/runtimes/run.ts'],
  ['Packages as users install them', vitest('packaging', 'packaging')],
]

rmSync(RESULTS, { recursive: true, force: true })
const started = performance.now()

for (const [name, command] of steps) {
  console.log(`\n== ${name}: ${command.split(' -')[0]}`)
  const stepStarted = performance.now()
  const { status, signal } = spawnSync(command, { shell: true, stdio: 'inherit' })
  if (status !== 0) {
    console.error(`\n== Failed: ${name} (${signal ?? `exit code ${status}`}) after ${secondsSince(stepStarted)}`)
    process.exit(status ?? 1)
  }
  console.log(`== ${name}: passed in ${secondsSince(stepStarted)}`)
}
console.log(`\n== All ${steps.length} steps passed in ${secondsSince(started)}`)

function vitest(file, ...projects) {
  const only = projects.map((project) => `"--project=${project}"`).join(' ')
  // On all cores, since many tests wait; in the command, which alone reaches projects with a configuration of their own.
  return `vitest run --maxWorkers=100% ${only} --reporter=default --reporter=json --outputFile.json=${RESULTS}/${file}.json`
}

function secondsSince(start) {
  return `${((performance.now() - start) / 1000).toFixed(1)} s`
}
