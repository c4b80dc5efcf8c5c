import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { isAlive } from './src/family.ts'

interface Left {
  readonly pid: number
  readonly dataDir: string
}

function startAll(then: 'wait' | 'end'): ChildProcess {
  const parent = spawn(process.execPath, [join(import.meta.dirname, 'start-all.ts'), then], {
    detached: true,
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  onTestFinished(() => void parent.kill('SIGKILL'))
  return parent
}

async function serversOf(parent: ChildProcess): Promise<Left[]> {
  const [line] = await once(parent.stdout as NodeJS.ReadableStream, 'data')
  return JSON.parse(String(line))
}

function isThere({ pid, dataDir }: Left): boolean {
  return isAlive(pid) || existsSync(join(dataDir, '..'))
}

test('SIGKILL to the parent and all of its group leaves no server and no folder', async () => {
  const parent = startAll('wait')
  const servers = await serversOf(parent)
  expect(servers.map(isThere)).toEqual([true, true, true, true])
  process.kill(-(parent.pid as number), 'SIGKILL')
  await once(parent, 'close')
  await expect.poll(() => servers.filter(isThere), { timeout: 30_000 }).toEqual([])
})

test('a parent that forgets its servers comes to its end, and they with it', async () => {
  const parent = startAll('end')
  const ended = once(parent, 'close')
  const servers = await serversOf(parent)
  expect(await ended).toEqual([0, null])
  await expect.poll(() => servers.filter(isThere), { timeout: 30_000 }).toEqual([])
})
