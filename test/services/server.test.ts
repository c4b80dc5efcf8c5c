import { afterEach, describe, expect, inject, test, vi } from 'vitest'
import { startMariadb, startPostgres, startRedis } from './src/index.ts'

afterEach(() => vi.unstubAllEnvs())

describe.each([
  { variable: 'DATABASE_URL', start: startPostgres, url: inject('postgresUrl') },
  { variable: 'MYSQL_URL', start: startMariadb, url: inject('mariadbUrl') },
  { variable: 'REDIS_URL', start: startRedis, url: inject('redisUrl') },
])('$variable', ({ variable, start, url }) => {
  test('names a server that is used and left alone', async () => {
    vi.stubEnv(variable, url)
    const server = await start()
    expect(server).toMatchObject({ url, port: Number(new URL(url).port) })
    const message = `${variable} names a server that is not ours to handle`
    for (const act of [server.stop, server.kill, server.restart]) await expect(act()).rejects.toThrow(message)
    for (const act of [server.pause, server.resume, () => server.pid, () => server.dataDir])
      expect(act).toThrow(message)
    await server.close()
    expect(await start()).toMatchObject({ url })
  })
})
