import { existsSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Server } from './src/index.ts'

/** What the cases ask of a client. Each call opens a connection of its own. */
export interface Client {
  write(url: string, value: string): Promise<void>
  read(url: string): Promise<string | undefined>
}

/** The life of a server of our own, while the environment names another: the same cases for each kind. */
export function describeLifecycle(
  start: (options: { own: true }) => Promise<Server>,
  variable: string,
  other: string,
  { write, read }: Client,
): void {
  let server: Server

  beforeAll(async () => {
    vi.stubEnv(variable, other)
    server = await start({ own: true })
    vi.unstubAllEnvs()
  })
  afterAll(() => server.close())

  test('answers on 127.0.0.1, on a port of its own', async () => {
    expect(server.url).not.toBe(other)
    expect(new URL(server.url)).toMatchObject({ hostname: '127.0.0.1', port: String(server.port) })
    await write(server.url, 'first')
    expect(await read(server.url)).toBe('first')
  })

  test('kill() and restart() keep what was committed, the port and the URL', async () => {
    const { pid, url } = server
    await write(url, 'before the kill')
    await server.kill()
    await expect(read(url)).rejects.toThrow()
    await server.restart()
    expect(await read(url)).toBe('before the kill')
    expect(server.url).toBe(url)
    expect(server.pid).not.toBe(pid)
  })

  test('stop() and restart() do as well', async () => {
    await write(server.url, 'before the stop')
    await server.stop()
    expect(() => server.pid).toThrow('is not running')
    await server.restart()
    expect(await read(server.url)).toBe('before the stop')
  })

  test('pause() leaves questions without an answer until resume()', async () => {
    await write(server.url, 'before the pause')
    server.pause()
    const answer = read(server.url)
    expect(await Promise.race([answer.then(() => 'this one'), readOften(other)])).toBe('another one')
    server.resume()
    expect(await answer).toBe('before the pause')
  })

  async function readOften(url: string): Promise<string> {
    for (let i = 0; i < 10; i++) await read(url)
    return 'another one'
  }

  describe('at the end', () => {
    test('close() leaves no process and no folder, even of a server that stands still', async () => {
      const { pid, dataDir } = server
      expect(existsSync(dataDir)).toBe(true)
      server.pause()
      await server.close()
      expect(() => process.kill(pid, 0)).toThrow('ESRCH')
      expect(existsSync(dataDir)).toBe(false)
      await expect(read(server.url)).rejects.toThrow()
    })
  })
}
