import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readBody } from '../src/body.ts'
import { ManualClock } from './manual-clock.ts'
import { turns } from './support/waiting.ts'

const BOUNDS = { maxBytes: 1000, timeoutMs: 5000 }

/** A stream that hands out these chunks one by one, and says what became of it. */
function streamOf(chunks: readonly unknown[], end: 'closes' | 'stays open' | 'fails' = 'closes') {
  const source = { pulls: 0, isCancelled: false }
  const stream = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        const chunk = chunks[source.pulls++]
        if (chunk !== undefined) return controller.enqueue(chunk as Uint8Array)
        if (end === 'closes') return controller.close()
        if (end === 'fails') return controller.error(new Error('the client has gone away'))
        return new Promise(() => {})
      },
      // It never ends either.
      cancel() {
        source.isCancelled = true
        return new Promise(() => {})
      },
    },
    { highWaterMark: 0 },
  )
  return { stream, source }
}

const bytes = (length: number) => new Uint8Array(length).fill(97)

describe('a body', () => {
  test('that is not there is empty', async () => {
    expect((await readBody(null, BOUNDS)).bytes).toEqual(new Uint8Array(0))
    expect((await readBody(streamOf([]).stream, BOUNDS)).bytes).toEqual(new Uint8Array(0))
  })

  test('is what its chunks were, however they were cut', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 16 }), async (chunks) => {
        const { bytes: read } = await readBody(streamOf(chunks).stream, BOUNDS)
        expect([...(read ?? [])]).toEqual(chunks.flatMap((chunk) => [...chunk]))
      }),
    )
  })

  test('is a copy: what is done to a chunk later changes nothing', async () => {
    const chunk = bytes(3)
    const { bytes: read } = await readBody(streamOf([chunk]).stream, BOUNDS)
    chunk.fill(0)
    expect(read).toEqual(bytes(3))
  })

  test('may be handed over as any view of bytes', async () => {
    const buffer = bytes(8).buffer
    const { bytes: read } = await readBody(
      streamOf([new DataView(buffer, 2, 3), new Uint16Array(buffer, 2, 1)]).stream,
      BOUNDS,
    )
    expect(read).toEqual(bytes(5))
  })

  test.each([
    [[bytes(1000)], undefined],
    [[bytes(1001)], 'too_long'],
    [Array.from({ length: 1000 }, () => bytes(1)), undefined],
    [Array.from({ length: 1001 }, () => bytes(1)), 'too_long'],
  ])('may have as many bytes as are allowed, and not one more (%#)', async (chunks, refusal) => {
    const { stream, source } = streamOf(chunks)
    const reading = await readBody(stream, BOUNDS)
    expect([reading.refusal, reading.bytes?.length]).toEqual([refusal, refusal === undefined ? 1000 : undefined])
    expect(source.isCancelled).toBe(refusal !== undefined)
  })

  test('that says that it is too long is not read', async () => {
    const { stream, source } = streamOf([bytes(1)])
    expect(await readBody(stream, { ...BOUNDS, contentLength: '1001' })).toEqual({ refusal: 'too_long' })
    expect(source).toEqual({ pulls: 0, isCancelled: true })
  })

  test.each([null, undefined, '', '1000', '0', '-1', 'x', '1e3', 'NaN'])(
    'that says %j of its length is read',
    async (contentLength) => {
      expect((await readBody(streamOf([bytes(5)]).stream, { ...BOUNDS, contentLength })).bytes).toEqual(bytes(5))
    },
  )

  test.each([['text'], [5], [{}], [null]])('that holds %j instead of bytes is broken', async (chunk) => {
    expect(await readBody(streamOf([chunk]).stream, BOUNDS)).toEqual({ refusal: 'broken' })
  })

  test('whose stream fails, or is read by another, is broken', async () => {
    expect(await readBody(streamOf([bytes(5)], 'fails').stream, BOUNDS)).toEqual({ refusal: 'broken' })
    const { stream } = streamOf([])
    stream.getReader()
    expect(await readBody(stream, BOUNDS)).toEqual({ refusal: 'broken' })
  })
})

describe('the time of a body', () => {
  test('is one for the whole of it, and its timer ends with it', async () => {
    const clock = new ManualClock()
    const { stream, source } = streamOf([bytes(1)], 'stays open')
    const reading = readBody(stream, { ...BOUNDS, clock })
    await turns()
    clock.advance(4999)
    await turns()
    expect([clock.pending, source.isCancelled]).toEqual([1, false])
    clock.advance(1)
    expect(await reading).toEqual({ refusal: 'too_slow' })
    expect([clock.pending, source.isCancelled]).toEqual([0, true])
    await readBody(streamOf([bytes(1)]).stream, { ...BOUNDS, clock })
    expect(clock.pending).toBe(0)
  })

  test('ends one that comes byte by byte for ever', async () => {
    const clock = new ManualClock()
    const stream = new ReadableStream<Uint8Array>({
      async pull(controller) {
        clock.advance(100)
        controller.enqueue(bytes(1))
      },
    })
    expect(await readBody(stream, { ...BOUNDS, clock })).toEqual({ refusal: 'too_slow' })
  })

  test('ends one of empty chunks that never lets a timer run', async () => {
    // Both clocks of the system go on while its timers wait for their turn.
    let now = 0
    const clock = { now: () => now, monotonic: () => now, schedule: () => () => {} }
    const stream = new ReadableStream<Uint8Array>({
      pull(controller) {
        now += 1
        controller.enqueue(bytes(0))
      },
    })
    expect(await readBody(stream, { ...BOUNDS, clock })).toEqual({ refusal: 'too_slow' })
  })
})
