import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { unpackPackages } from '@internal/services'
import type { LaunchOptions } from 'playwright-core'

/** What Debian's Chromium needs beside what a machine with Node, git and a compiler has. */
const PACKAGES = [
  ['chromium', 'chromium-common', 'libasyncns0', 'libcolord2', 'libdouble-conversion3', 'libepoxy0', 'libflac12'],
  ['libgtk-3-0', 'libharfbuzz-subset0', 'libminizip1', 'libmp3lame0', 'libmpg123-0', 'libogg0', 'libopenh264-7'],
  ['libopenjp2-7', 'libopus0', 'libpulse0', 'libsndfile1', 'libvorbis0a', 'libvorbisenc2', 'libwayland-cursor0'],
  ['libwayland-egl1', 'libxnvctrl0'],
].flat()

/** Nothing goes anywhere but to the pages under test. */
const ARGUMENTS = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** Starts the Chromium that CHROMIUM names, the machine's, or Debian's, which is downloaded once. */
export async function launchOptions(): Promise<LaunchOptions & { env: Record<string, string> }> {
  // The sandbox wants namespaces that containers and root do not have; the pages are our own.
  return { ...(await findChromium()), chromiumSandbox: false, args: ARGUMENTS }
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
