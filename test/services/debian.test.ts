import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { findInstallation } from './src/debian.ts'
import { startRedis } from './src/index.ts'

let cache: string

beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), 'cache-'))
  vi.stubEnv('SERVICES_CACHE', cache)
})

afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(cache, { recursive: true })
})

async function debs(folder: string, ...packages: string[]): Promise<{ code: number; output: string }> {
  const child = spawn('sh', [join(import.meta.dirname, 'src/debs.sh'), folder, '-', ...packages])
  const ended = once(child, 'close')
  const output = await text(child.stdout)
  return { code: (await ended)[0], output }
}

test('two starts at once with an empty cache', async () => {
  const servers = await Promise.all([startRedis({ own: true }), startRedis({ own: true })])
  expect(new Set(servers.map(({ pid }) => pid)).size).toBe(2)
  await Promise.all(servers.map((server) => server.close()))
})

test('of three at once, one downloads', async () => {
  const folder = join(cache, 'lzf')
  // What a download that was cut off leaves behind.
  await mkdir(join(`${folder}.part`, 'root'), { recursive: true })
  await writeFile(join(`${folder}.part`, 'root/half'), '')

  const runs = await Promise.all([1, 2, 3].map(() => debs(folder, 'liblzf1')))
  expect(runs.map(({ code }) => code)).toEqual([0, 0, 0])
  expect(runs.filter(({ output }) => output !== '').length).toBe(1)
  expect(await readdir(folder)).toEqual(['usr'])
  expect(existsSync(`${folder}.part`)).toBe(false)
})

test('a download that fails leaves nothing that looks complete, and is told', async () => {
  const missing = findInstallation('/nowhere/program', 'no-such-package-anywhere')
  await expect(missing).rejects.toThrow("Debian's no-such-package-anywhere did not download")
  await expect(missing).rejects.toMatchObject({
    cause: { stderr: expect.stringContaining('Unable to locate package') },
  })
  expect(existsSync(join(cache, 'no-such-package-anywhere'))).toBe(false)
})

test('a program of the machine is used where it is', async () => {
  expect(await findInstallation(process.execPath, 'nodejs')).toEqual({ root: '/', env: {} })
})
