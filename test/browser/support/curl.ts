import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'

/** Asks with a token as a program would. @returns the status */
export async function curl(url: string, token: string): Promise<number> {
  // By standard input: the arguments of a process can be seen by others.
  const child = spawn('curl', [
    '--silent',
    '--output',
    '/dev/null',
    '--write-out',
    '%{http_code}',
    '--config',
    '-',
    url,
  ])
  child.stdin.end(`header = "Authorization: Bearer ${token}"\n`)
  const [status] = await Promise.all([text(child.stdout), once(child, 'close')])
  return Number(status)
}
