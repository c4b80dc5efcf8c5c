// A vitest globalSetup: the pages as they stand in the source, and one Chromium for all tests, `inject('chromium')`. CHROMIUM
// names another than the machine's.
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { unpackPackages } from '@internal/services'
import { chromium } from 'playwright-core'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    /** Where Chromium is spoken to. */
    readonly chromium: string
  }
}

/** What Debian's Chromium needs beside what a machine with Node, git and a compiler has. */
const PACKAGES = [
  ['chromium', 'chromium-common', 'libasyncns0', 'libcolord2', 'libdouble-conversion3', 'libepoxy0', 'libflac12'],
  ['libgtk-3-0', 'libharfbuzz-subset0', 'libminizip1', 'libmp3lame0', 'libmpg123-0', 'libogg0', 'libopenh264-7'],
  ['libopenjp2-7', 'libopus0', 'libpulse0', 'libsndfile1', 'libvorbis0a', 'libvorbisenc2', 'libwayland-cursor0'],
  ['libwayland-egl1', 'libxnvctrl0'],
].flat()

const BUILD = join(import.meta.dirname, '../../../packages/console/scripts/build-page.mjs')

/** Nothing goes anywhere but to the pages under test. */
const ARGUMENTS = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  execFileSync(process.execPath, [BUILD], { stdio: 'inherit' })
  const { executablePath, env } = await findChromium()
  // The sandbox wants namespaces that containers and root do not have; the pages are our own.
  const server = await chromium.launchServer({ executablePath, env, chromiumSandbox: false, args: ARGUMENTS })
  project.provide('chromium', server.wsEndpoint())
  return () => server.close()
}

async function findChromium(): Promise<{ executablePath: string; env: Record<string, string> }> {
  const own = [process.env.CHROMIUM, '/usr/bin/chromium'].find((path) => path !== undefined && existsSync(path))
  if (own !== undefined) return { executablePath: own, env: environment() }
  const { root } = await unpackPackages('-', ...PACKAGES)
  const libraries = join(root, 'usr/lib/x86_64-linux-gnu')
  return {
    executablePath: join(root, 'usr/lib/chromium/chromium'),
    env: { ...environment(), LD_LIBRARY_PATH: `${libraries}:${join(libraries, 'pulseaudio')}` },
  }
}

function environment(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).filter((pair): pair is [string, string] => pair[1] !== undefined),
  )
}
