import type { Socket } from 'node:net'

/** How bytes travel at the moment. All connections of a proxy share it. */
export interface Weather {
  readonly held: boolean
  readonly delayMs: number
}

/** One direction of a connection: what arrives at one socket leaves by the other, in order. */
export interface Stretch {
  /** Looks at the weather again. */
  refresh(): void
}

/** Begins to forward. The end of the bytes is forwarded as bytes are. */
export function stretch(from: Socket, to: Socket, weather: () => Weather): Stretch {
  const waiting: { readonly arrivedAt: number; readonly leave: () => void }[] = []
  let timer: NodeJS.Timeout | undefined

  function arrive(leave: () => void): void {
    waiting.push({ arrivedAt: performance.now(), leave })
    refresh()
  }

  function refresh(): void {
    clearTimeout(timer)
    const { held, delayMs } = weather()
    while (!held && !to.writableNeedDrain && waiting[0] !== undefined) {
      const inMs = waiting[0].arrivedAt + delayMs - performance.now()
      if (inMs > 0) {
        timer = setTimeout(refresh, Math.ceil(inMs))
        break
      }
      waiting.shift()?.leave()
    }
    // What is not read stays with the system, which in the end stops the sender.
    if (held || to.writableNeedDrain) from.pause()
    else from.resume()
  }

  from.on('data', (chunk) => arrive(() => to.write(chunk)))
  from.on('end', () => arrive(() => to.end()))
  to.on('drain', refresh)
  to.on('close', () => {
    waiting.length = 0
    clearTimeout(timer)
  })
  refresh()
  return { refresh }
}
