// Reads bodies whose clients send single bytes and then wait, and tells its parent what they hold; needs --expose-gc
import { readBody } from '../../src/body.ts'

const [BODIES, BYTES] = [20, 30_000]

function held(): number {
  globalThis.gc?.()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

/** Resolves when all has been sent; the rest never comes. */
function hold(): Promise<void> {
  return new Promise((resolve) => {
    let sent = 0
    const stream = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          if (sent++ < BYTES) return controller.enqueue(Uint8Array.of(97))
          resolve()
          return new Promise(() => {})
        },
      },
      { highWaterMark: 0 },
    )
    void readBody(stream, { maxBytes: 1_000_000, timeoutMs: 60_000 })
  })
}

const before = held()
await Promise.all(Array.from({ length: BODIES }, hold))
process.send?.({ sent: BODIES * BYTES, held: held() - before }, () => process.exit())
