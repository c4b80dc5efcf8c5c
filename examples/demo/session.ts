import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import type { Verifier } from '@bearward/core'
import type { RunningServer } from './servers.ts'

export interface Session {
  readonly verifier: Pick<Verifier, 'on'>
  readonly servers: readonly RunningServer[]
  /** Printed once, for the person at the terminal. */
  readonly token: string
  /** Where the console is; works once. */
  readonly consoleUrl: string
  /** Where commands are typed; none when nobody is there to type. */
  readonly input: Readable | undefined
  readonly print: (text: string) => void
  /** Revokes the key of `token`. */
  readonly revoke: () => Promise<unknown>
}

/** Prints what to try and what became of it, with the line that a logger writes for it, and obeys `r`. */
export function startSession({ verifier, servers, token, consoleUrl, input, print, revoke }: Session): void {
  const url = (server: RunningServer): string => `${server.origin}/v1/posts`
  print('The servers stay up. A key of your own, shown this once; it may read and not delete:\n')
  for (const server of servers) {
    print(`  # ${server.framework}`)
    print(`  curl -i ${url(server)} -H 'Authorization: Bearer ${token}'`)
  }
  const [first] = servers
  if (first !== undefined) {
    print('  # refused')
    print(`  curl -i ${url(first)}`)
    print(`  curl -i -X DELETE ${url(first)} -H 'Authorization: Bearer ${token}'`)
  }
  print('')
  print('The console, where keys are issued, rotated, revoked and looked at; this address signs in once:\n')
  print(`  ${consoleUrl}\n`)
  if (input !== undefined) {
    print('Type r and Enter to revoke that key, then send a request again.')
    let isRevoked = false
    createInterface({ input }).on('line', (line) => {
      if (line.trim() !== 'r') print('r and Enter revokes the key; Ctrl-C stops the servers.')
      else if (isRevoked) print('It is revoked already.')
      else {
        isRevoked = true
        revoke().then(
          () => print('Revoked. From now on all servers answer 401, the other process too.'),
          (error: unknown) => print(`The key could not be revoked: ${String(error)}`),
        )
      }
    })
  }
  print('Stop with Ctrl-C: the database file goes with it. What you see here of each request, its client does not:\n')
  for (const server of servers) server.log?.((line) => print(`  request   ${line}`))
  verifier.on('accepted', ({ keyId, owner }) => print(`  accepted  ${keyId} of ${owner}`))
  verifier.on('denied', ({ code, reason, keyId = '' }) => print(`  denied    ${code}, because: ${reason} ${keyId}`))
  verifier.on('failed', ({ reason, error }) => print(`  failed    ${reason}: ${String(error)}`))
}
