import { Refusal } from './problem.ts'

/** Bytes of a body at most. */
export const MAX_BODY_BYTES: number = 64 * 1024

/**
 * Reads a body that says that it is JSON, to its end or to its limit.
 *
 * @returns its text, which was parsed once, and what it says
 * @throws {Refusal} `unsupported_media_type`, `too_large`, `malformed_json`
 */
export async function readJson(request: Request): Promise<{ readonly text: string; readonly value: unknown }> {
  const type = request.headers.get('content-type')?.split(';', 1)[0]?.trim().toLowerCase()
  // A form of another site can send three types without asking first; this is none of them.
  if (type !== 'application/json') throw new Refusal('unsupported_media_type', 'Send Content-Type: application/json.')
  const coding = request.headers.get('content-encoding') ?? 'identity'
  if (coding !== 'identity') throw new Refusal('unsupported_media_type', 'Send the body without Content-Encoding.')
  const text = await readText(request)
  try {
    return { text, value: JSON.parse(text) }
  } catch {
    throw new Refusal('malformed_json', 'The body must be one JSON object in UTF-8.')
  }
}

async function readText(request: Request): Promise<string> {
  const tooLarge = new Refusal('too_large', `A body has at most ${MAX_BODY_BYTES} bytes.`)
  if (Number(request.headers.get('content-length') ?? 0) > MAX_BODY_BYTES) throw tooLarge
  let length = 0
  const counter = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      length += chunk.byteLength
      if (length > MAX_BODY_BYTES) controller.error(tooLarge)
      else controller.enqueue(chunk)
    },
  })
  try {
    const bytes = await new Response(request.body?.pipeThrough(counter) ?? null).arrayBuffer()
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    if (length > MAX_BODY_BYTES) throw tooLarge
    // No UTF-8, or the client has gone away.
    throw new Refusal('malformed_json', 'The body must be one JSON object in UTF-8.')
  }
}
