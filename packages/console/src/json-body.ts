import type { Clock } from '@bearward/core'
import { readBody } from '@bearward/core/body'
import { Refusal } from './problem.ts'

/** Bytes of a body at most. */
const MAX_BODY_BYTES: number = 64 * 1024

/** How long a body may take. */
export interface BodyTime {
  readonly bodyTimeoutMs: number
  readonly clock: Clock
}

/**
 * Reads a body that says that it is JSON, to its end or to its limit.
 *
 * @returns its text, which was parsed once, and what it says
 * @throws {Refusal} `unsupported_media_type`, `too_large`, `too_slow`, `malformed_json`
 */
export async function readJson(
  request: Request,
  time: BodyTime,
): Promise<{ readonly text: string; readonly value: unknown }> {
  const type = request.headers.get('content-type')?.split(';', 1)[0]?.trim().toLowerCase()
  // A form of another site can send three types without asking first; this is none of them.
  if (type !== 'application/json') throw new Refusal('unsupported_media_type', 'Send Content-Type: application/json.')
  const coding = request.headers.get('content-encoding') ?? 'identity'
  if (coding !== 'identity') throw new Refusal('unsupported_media_type', 'Send the body without Content-Encoding.')
  const text = await readText(request, time)
  try {
    return { text, value: JSON.parse(text) }
  } catch {
    throw new Refusal('malformed_json', 'The body must be one JSON object in UTF-8.')
  }
}

/** What is left of the body is not read, so nothing can follow it on this connection (RFC 9110 §15.5.9, §15.5.14). */
const CLOSE = { Connection: 'close' }

async function readText(request: Request, { bodyTimeoutMs, clock }: BodyTime): Promise<string> {
  const { bytes, refusal } = await readBody(request.body, {
    maxBytes: MAX_BODY_BYTES,
    timeoutMs: bodyTimeoutMs,
    clock,
    contentLength: request.headers.get('content-length'),
  })
  if (refusal === 'too_long') {
    throw new Refusal('too_large', `A body has at most ${MAX_BODY_BYTES} bytes.`, { headers: CLOSE })
  }
  if (refusal === 'too_slow') {
    throw new Refusal('too_slow', `A body must arrive within ${bodyTimeoutMs} ms.`, { headers: CLOSE })
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new Refusal('malformed_json', 'The body must be one JSON object in UTF-8.')
  }
}
