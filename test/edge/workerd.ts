import { createServer, get, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { build } from 'esbuild'
import { Miniflare } from 'miniflare'

/** A worker in workerd, on a port of its own. */
export interface RunningWorker {
  readonly origin: URL
  readonly dispose: () => Promise<void>
}

/** Bundles a file beside this one for the edge and starts it. */
export async function startWorker(
  file: string,
  env: Readonly<Record<string, string>> = {},
  flags: readonly string[] = [],
): Promise<RunningWorker> {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, file)],
    bundle: true,
    format: 'esm',
    platform: 'browser',
    conditions: ['workerd', 'worker', 'browser'],
    external: ['node:*'],
    write: false,
    logLevel: 'silent',
  })
  const bindings = Object.fromEntries(Object.entries(env).map(([name, value]) => [name, { type: 'text', value }]))
  const worker = new Miniflare({
    host: '127.0.0.1',
    port: 0,
    logRequests: false,
    workers: [
      {
        config: {
          name: 'api',
          compatibilityDate: '2026-07-01',
          compatibilityFlags: [...flags],
          env: bindings as never,
          manifest: {
            mainModule: 'worker.js',
            modules: { 'worker.js': { type: 'esm', contents: outputFiles[0]?.text ?? '' } },
          },
        },
      },
    ],
  })
  return { origin: (await worker.ready).origin as unknown as URL, dispose: () => worker.dispose() }
}

/** A request that is answered with a status, or left by its client. */
export interface Sent {
  readonly status: Promise<number | 'left'>
  /** Resets the connection, which is how workerd notices that a client has gone. */
  readonly leave: () => void
}

export function send(origin: URL | string, path: string, token: string): Sent {
  const request = get(new URL(path, origin), { agent: false, headers: { authorization: `Bearer ${token}` } })
  const status = new Promise<number | 'left'>((resolve) => {
    request.on('response', (response) => {
      response.resume().on('end', () => resolve(response.statusCode ?? 0))
    })
    request.on('error', () => resolve('left'))
  })
  const leave = (): void => {
    request.socket?.resetAndDestroy()
    request.destroy()
  }
  return { status, leave }
}

/** A key service that answers at once, or when the test says so. */
export class KeyService {
  readonly #server: Server
  #waiting: (() => void)[] = []
  #onAsked: (() => void)[] = []
  #onLeft: (() => void)[] = []
  isSlow = false
  asked = 0

  constructor() {
    this.#server = createServer((_request, response) => {
      this.asked++
      for (const tell of this.#onAsked.splice(0)) tell()
      response.on('close', () => {
        if (!response.writableEnded) for (const tell of this.#onLeft.splice(0)) tell()
      })
      const answer = (): void => void response.end('{"id":"key_1"}')
      if (this.isSlow) this.#waiting.push(answer)
      else answer()
    })
  }

  async start(): Promise<string> {
    await new Promise<void>((listening) => this.#server.listen(0, '127.0.0.1', listening))
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** Resolves with the next question. */
  nextAsked(): Promise<void> {
    return new Promise((resolve) => this.#onAsked.push(resolve))
  }

  /** Resolves when the worker has given up a question. */
  nextLeft(): Promise<void> {
    return new Promise((resolve) => this.#onLeft.push(resolve))
  }

  answerAll(): void {
    for (const answer of this.#waiting.splice(0)) answer()
  }

  stop(): void {
    this.#server.close()
    this.#server.closeAllConnections()
  }
}
