import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { Client } from 'pg'
import { createClient } from 'redis'

/** Plain messages among as many processes, without leases and without anybody who counts them. */
export interface Plain {
  /** Milliseconds from a message until the last process has answered it. */
  roundTrip(): Promise<number>
  close(): Promise<void>
}

export type PlainKind = 'postgres' | 'redis'

/** @param ports where each of the processes reaches the server, and the first of them the one that asks */
export async function startPlain(kind: PlainKind, ports: readonly number[]): Promise<Plain> {
  const urls = ports.map((port) =>
    kind === 'redis' ? `redis://127.0.0.1:${port}` : `postgres://postgres@127.0.0.1:${port}/postgres`,
  )
  const children: ChildProcess[] = []
  for (const url of urls) {
    const child = fork(join(import.meta.dirname, 'echo.ts'), [kind, url])
    children.push(child)
    await once(child, 'message')
  }
  let heard: () => void = () => {}
  const asker = await (kind === 'redis' ? redisAsker : postgresAsker)(urls[0] ?? '', () => heard())
  return {
    roundTrip: () =>
      new Promise((resolve) => {
        const startedAt = performance.now()
        let echoes = 0
        heard = () => {
          if (++echoes === urls.length) resolve(performance.now() - startedAt)
        }
        asker.ask(String(startedAt))
      }),
    async close() {
      for (const child of children) child.kill()
      await asker.close()
    },
  }
}

interface Asker {
  ask(id: string): void
  close(): Promise<unknown>
}

async function redisAsker(url: string, heard: () => void): Promise<Asker> {
  const client = await createClient({ url }).connect()
  const subscriber = await client.duplicate().connect()
  await subscriber.subscribe('plain_echo', heard)
  return {
    ask: (id) => void client.publish('plain', id),
    close: async () => {
      client.destroy()
      subscriber.destroy()
    },
  }
}

async function postgresAsker(url: string, heard: () => void): Promise<Asker> {
  const client = new Client(url)
  await client.connect()
  client.on('notification', heard)
  await client.query('listen plain_echo')
  return { ask: (id) => void client.query("select pg_notify('plain', $1)", [id]), close: () => client.end() }
}
