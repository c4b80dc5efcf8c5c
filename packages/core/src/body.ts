// The one reader of bodies: `@bearward/core/body`.

import { type Clock, schedule, systemClock } from './clock.ts'

/** Bounds of `readBody()`. */
export interface BodyBounds {
  /** Longest body in bytes. */
  readonly maxBytes: number
  /** Milliseconds for the whole body, from the call on. */
  readonly timeoutMs: number
  /** Default `systemClock`. */
  readonly clock?: Clock | undefined
  /** The `Content-Length` field, where there is one: a body that says that it is too long is not read. */
  readonly contentLength?: string | null | undefined
}

/**
 * Result of `readBody()`: the bytes, or the reason why there are none. `too_long` answers to 413, `too_slow` to 408. `broken`:
 * the connection ended, or the stream failed or holds something other than bytes.
 */
export type BodyReading =
  | { readonly bytes: Uint8Array<ArrayBuffer>; readonly refusal?: undefined }
  | { readonly bytes?: undefined; readonly refusal: 'too_long' | 'too_slow' | 'broken' }

/** Bytes that are set aside for a body of which nothing is known. */
const FIRST_BYTES = 1024
/** Chunks between two looks at the clock: a stream that answers at once lets no timer run. */
const CHUNKS_PER_LOOK = 1024

/**
 * Reads a body of a client that is not known yet. Every chunk is copied into one buffer and let go, so the memory that a body
 * holds is at most about three times its length, however small its chunks are, and never depends on what the client announces.
 * When the body is refused, the stream is cancelled and what is left of it is not read. Never rejects.
 *
 * @param stream body of a web-standard `Request` or `Response`; `null` is an empty body
 * @example
 * ```ts
 * import { readBody } from '@bearward/core/body'
 *
 * export async function handle(request: Request): Promise<Response> {
 *   const contentLength = request.headers.get('content-length')
 *   const { bytes, refusal } = await readBody(request.body, { maxBytes: 65_536, timeoutMs: 10_000, contentLength })
 *   if (refusal !== undefined) return new Response(null, { status: refusal === 'too_slow' ? 408 : 413 })
 *   return new Response(`${bytes.length} bytes`)
 * }
 * ```
 */
export async function readBody(stream: ReadableStream<Uint8Array> | null, bounds: BodyBounds): Promise<BodyReading> {
  if (stream === null) return { bytes: new Uint8Array(0) }
  let reader: ReadableStreamDefaultReader<Uint8Array>
  try {
    reader = stream.getReader()
  } catch {
    return { refusal: 'broken' }
  }
  if (Number(bounds.contentLength ?? 0) > bounds.maxBytes) return refuse(reader, 'too_long')
  const deadline = new Deadline(bounds, reader)
  try {
    return await readAll(reader, bounds.maxBytes, deadline)
  } catch {
    return refuse(reader, deadline.isOver() ? 'too_slow' : 'broken')
  } finally {
    deadline.cancel()
  }
}

async function readAll(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  maxBytes: number,
  deadline: Deadline,
): Promise<BodyReading> {
  const body = new GrowingBuffer(maxBytes)
  for (let chunks = 1; ; chunks++) {
    const { done, value } = await reader.read()
    if (chunks % CHUNKS_PER_LOOK === 0) deadline.look()
    // A stream that was cancelled ends like one that is whole.
    if (deadline.hasPassed) return refuse(reader, 'too_slow')
    if (done) return { bytes: body.bytes() }
    // Not `instanceof`: test runners have a `Uint8Array` of their own.
    if (!ArrayBuffer.isView(value)) return refuse(reader, 'broken')
    if (body.length + value.byteLength > maxBytes) return refuse(reader, 'too_long')
    body.append(new Uint8Array(value.buffer, value.byteOffset, value.byteLength))
  }
}

/** Not waited for: a source may take for ever over it, or fail. */
function refuse(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  refusal: 'too_long' | 'too_slow' | 'broken',
): BodyReading {
  reader.cancel().catch(() => {})
  return { refusal }
}

/** One timer for the whole body. A promise that each chunk raced against would hold on to every one of them. */
class Deadline {
  readonly #clock: Clock
  readonly #endsAt: number
  hasPassed = false
  readonly cancel: () => void

  constructor({ timeoutMs, clock = systemClock }: BodyBounds, reader: ReadableStreamDefaultReader<Uint8Array>) {
    this.#clock = clock
    this.#endsAt = clock.monotonic() + timeoutMs
    this.cancel = schedule(clock, timeoutMs, () => {
      this.hasPassed = true
      // Ends a read that waits.
      reader.cancel().catch(() => {})
    })
  }

  isOver(): boolean {
    this.look()
    return this.hasPassed
  }

  look(): void {
    if (this.#clock.monotonic() >= this.#endsAt) this.hasPassed = true
  }
}

/** Bytes in one buffer, which doubles when it is full. */
class GrowingBuffer {
  readonly #maxBytes: number
  #buffer = new Uint8Array(0)
  length = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  append(chunk: Uint8Array): void {
    const length = this.length + chunk.byteLength
    if (length > this.#buffer.byteLength) this.#grow(length)
    this.#buffer.set(chunk, this.length)
    this.length = length
  }

  bytes(): Uint8Array<ArrayBuffer> {
    return this.#buffer.subarray(0, this.length)
  }

  #grow(needed: number): void {
    const doubled = Math.max(needed, this.#buffer.byteLength * 2, FIRST_BYTES)
    const buffer = new Uint8Array(Math.min(doubled, Math.max(this.#maxBytes, needed)))
    buffer.set(this.#buffer.subarray(0, this.length))
    this.#buffer = buffer
  }
}
