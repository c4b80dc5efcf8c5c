import { request } from 'node:http'
import { text } from 'node:stream/consumers'
import type { Attempt } from './attempts.ts'
import type { RunningServer } from './servers.ts'

/** What became of one attempt at one framework. Holds no token. */
export interface Outcome {
  readonly framework: string
  readonly sent: string
  readonly expected: string
  readonly got: string
  /** Reads of the store that the answer cost. */
  readonly reads: number
  readonly ok: boolean
}

/** Makes every attempt at every server, one after the other, over real sockets. */
export async function makeAttempts(
  attempts: readonly Attempt[],
  servers: readonly RunningServer[],
  readsSoFar: () => number,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = []
  for (const attempt of attempts) {
    await attempt.before?.()
    for (const { framework, origin } of servers) {
      const readsBefore = readsSoFar()
      const got = await send(attempt, origin)
      const reads = readsSoFar() - readsBefore
      const { sent, expected, readsNothing = false } = attempt
      outcomes.push({ framework, sent, expected, got, reads, ok: got === expected && !(readsNothing && reads > 0) })
    }
    attempt.after?.()
  }
  return outcomes
}

/** 0 when all went as expected; something must have been sent. */
export function exitCodeOf(outcomes: readonly Outcome[]): 0 | 1 {
  return outcomes.length > 0 && outcomes.every(({ ok }) => ok) ? 0 : 1
}

const TIMEOUT_MS = 10_000

/** `node:http` and not `fetch`: only a flat list of fields can hold the same one twice. */
async function send(attempt: Attempt, origin: string): Promise<string> {
  const url = new URL('/v1/posts', origin)
  const fields = ['Host', url.host, ...attempt.authorization.flatMap((value) => ['Authorization', value])]
  return new Promise((resolve) => {
    const failed = (error: Error): void => resolve(`no answer: ${error.message}`)
    request(url, { method: attempt.method, headers: fields, agent: false, signal: AbortSignal.timeout(TIMEOUT_MS) })
      .on('response', (response) => {
        text(response).then(
          (body) => resolve(describeAnswer(response.statusCode, response.headers['www-authenticate'], body)),
          failed,
        )
      })
      .on('error', failed)
      .end()
  })
}

/** Status and what matters besides: whose key was accepted, or what the challenge says. */
export function describeAnswer(status: number | undefined, challenge: string | undefined, body: string): string {
  if (status === 200) return `200 as ${JSON.parse(body).key}`
  if (challenge === undefined) return `${status} without challenge`
  return `${status} ${/\berror="([^"]*)"/.exec(challenge)?.[1] ?? 'without error code'}`
}
