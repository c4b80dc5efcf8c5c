import { once } from 'node:events'
import { connect, createServer, type Server as Listener, type Socket } from 'node:net'
import { freePort } from './port.ts'
import { type Stretch, stretch, type Weather } from './stretch.ts'

/** A connection's two ends and two directions. */
interface Line {
  /** Whether nothing passes any more, whatever the weather. */
  isStranded: boolean
  readonly ends: readonly Socket[]
  stretches: readonly Stretch[]
}

const CUT_CABLE: Weather = { held: true, delayMs: 0 }

/** A TCP proxy on 127.0.0.1 that can fail as networks do. */
export interface TcpProxy {
  readonly port: number
  /** Cuts all connections; new ones are accepted. */
  drop(): void
  /** Refuses new connections, or accepts them again. Those that are open stay open. */
  refuse(refused: boolean): Promise<void>
  /** Accepts connections and holds bytes both ways: nothing is forwarded, nothing is closed, as behind a cut cable. */
  pause(): void
  /** Holds the bytes of the connections that are open, for ever; new ones work: a firewall has forgotten them. */
  strand(): void
  /** Forwards each byte so much later, both ways. */
  delay(ms: number): void
  /** Forwards at once again, what was held first: ends `pause()` and `delay()`. */
  resume(): void
  /** Leads new connections to another port on 127.0.0.1. Those that are open stay where they are. */
  aim(port: number): void
  /** Cuts all connections and stops listening. */
  close(): Promise<void>
}

/**
 * Puts a proxy before a server.
 *
 * @param options.to The port of the server on 127.0.0.1.
 * @example
 * const proxy = await startProxy({ to: redis.port })
 * proxy.pause()
 */
export async function startProxy({ to }: { readonly to: number }): Promise<TcpProxy> {
  const port = await freePort()
  let weather: Weather = { held: false, delayMs: 0 }
  const lines = new Set<Line>()
  let target = to
  let listener: Listener | undefined = await listen(port, accept)

  function accept(client: Socket): void {
    const server = connect({ port: target, host: '127.0.0.1', allowHalfOpen: true, noDelay: true })
    const now = (): Weather => (line.isStranded ? CUT_CABLE : weather)
    const line: Line = { isStranded: false, ends: [client, server], stretches: [] }
    line.stretches = [stretch(client, server, now), stretch(server, client, now)]
    lines.add(line)
    for (const end of line.ends) {
      // An end that breaks takes the other along.
      end.on('error', () => cut(line))
      end.on('close', () => {
        if (line.ends.every(({ closed }) => closed)) lines.delete(line)
      })
    }
  }

  function change(next: Weather): void {
    weather = next
    for (const { stretches } of lines) for (const each of stretches) each.refresh()
  }

  const proxy: TcpProxy = {
    port,
    drop: () => lines.forEach(cut),
    refuse: async (refused) => {
      listener?.close()
      listener = refused ? undefined : await listen(port, accept)
    },
    pause: () => change({ ...weather, held: true }),
    strand: () => {
      for (const line of lines) line.isStranded = true
      change(weather)
    },
    delay: (ms) => change({ ...weather, delayMs: ms }),
    resume: () => change({ held: false, delayMs: 0 }),
    aim: (port) => {
      target = port
    },
    close: async () => {
      await proxy.refuse(true)
      proxy.drop()
    },
  }
  return proxy
}

function cut({ ends }: Line): void {
  for (const end of ends) end.destroy()
}

async function listen(port: number, accept: (client: Socket) => void): Promise<Listener> {
  const listener = createServer({ allowHalfOpen: true, noDelay: true }, accept)
  await once(listener.listen(port, '127.0.0.1'), 'listening')
  return listener
}
