import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export interface Runtime {
  name: string
  binary: string
  /** Arguments that come before the file to run. */
  runArguments: string[]
}

const all: Runtime[] = [
  runtime('Node 20', 'node20-linux-x64/bin/node'),
  runtime('Node 22', 'node22-linux-x64/bin/node'),
  runtime('Node 24', 'node24-linux-x64/bin/node'),
  runtime('Node 26', 'node26-linux-x64/bin/node'),
  runtime('Bun', '@oven/bun-linux-x64/bin/bun', '--bun', 'run'),
  runtime('Deno', '@deno/linux-x64-glibc/deno', 'run', '--allow-all'),
]

/**
 * The runtimes that npm could install. They are optional dependencies: a machine that is not linux-x64 has none
 * of them, and there the running Node stands in.
 */
export const runtimes: Runtime[] = isLinuxX64()
  ? all
  : [{ name: `Node ${process.versions.node}`, binary: process.execPath, runArguments: [] }]

function runtime(name: string, path: string, ...runArguments: string[]): Runtime {
  const binary = fileURLToPath(new URL(`node_modules/${path}`, import.meta.url))
  if (isLinuxX64() && !existsSync(binary)) throw new Error(`${name} is not installed: ${binary} is missing`)
  return { name, binary, runArguments }
}

function isLinuxX64(): boolean {
  return process.platform === 'linux' && process.arch === 'x64'
}
