import type { IncomingMessage } from 'node:http'
import { redactor } from '@bearward/core'

const redact = redactor()

/** A request as a logger writes it, less its key. */
export function lineOf({ method, url, headers }: IncomingMessage): string {
  const sent = headers.authorization === undefined ? '' : `  authorization: ${headers.authorization}`
  return redact(`${method} ${url}${sent}`)
}
