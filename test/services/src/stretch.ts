import type { Socket } from 'node:net'

/** How bytes travel at the moment. Shared by all connections of a proxy, which may change it at any time. */
export interface Weather {
  held: boolean
  delayMs: number
}

/** One direction of a connection: what arrives at one socket leaves by the other, in order, when the weather lets it. */
export interface Stretch {
  /** Looks at the weather again. */
  refresh(): void
}

/** Begins to forward. The end of the one side's bytes is forwarded like bytes. */
export function stretch(from: Socket, to: Socket, weather: Weather): Stretch {
  const waiting: { arrivedAt: number; leave: () => boolean }[] = []
  let timer: NodeJS.Timeout | undefined
  let full = false

  function arrive(leave: () => boolean): void {
    waiting.push({ arrivedAt: performance.now(), leave })
    refresh()
  }

  function refresh(): void {
    clearTimeout(timer)
    while (!weather.held && waiting[0] !== undefined) {
      const inMs = waiting[0].arrivedAt + weather.delayMs - performance.now()
      if (inMs > 0) {
        timer = setTimeout(refresh, Math.ceil(inMs))
        break
      }
      full = !waiting.shift()?.leave()
    }
    // What is not read stays with the system, which in the end stops the sender.
    if (weather.held || full) from.pause()
    else from.resume()
  }

  to.on('drain', () => {
    full = false
    refresh()
  })
  from.on('data', (chunk) => arrive(() => to.write(chunk)))
  from.on('end', () => arrive(() => to.end().writable || true))
  refresh()
  return { refresh }
}
