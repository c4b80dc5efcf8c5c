import { execFile, execFileSync } from 'node:child_process'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { curlLine } from '../src/page/curl.ts'

/** What a shell hands to curl. */
function wordsOf(line: string): string[] {
  const script = `curl() { printf '%s\\0' "$@"; }\n${line}`
  return execFileSync('sh', ['-c', script], { encoding: 'utf8' }).split('\0').slice(0, -1)
}

describe('the line for a shell', () => {
  test.each([
    ['https://api.example.com/', 'acme_live_4fTq'],
    ["https://api.example.com/it's", "o'clock"],
    ['https://api.example.com/?a=1&b=$HOME;c=`id`', '$(id)`id`"\\!*?~#&|<>'],
    ['https://api.example.com/', "'; touch /tmp/owned; '"],
  ])('%s with %s holds both as they are', (url, token) => {
    expect(wordsOf(curlLine(url, token))).toEqual(['-i', url, '-H', `Authorization: Bearer ${token}`])
  })

  test('does so whatever a token consists of', () => {
    const visible = fc.string({
      unit: fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)),
      maxLength: 60,
    })
    fc.assert(
      fc.property(visible, (token) => {
        expect(wordsOf(curlLine('https://api.example.com/', token)).at(-1)).toBe(`Authorization: Bearer ${token}`)
      }),
      { numRuns: 30 },
    )
  })

  test('asks curl for the address itself, not for a pattern of addresses', async () => {
    const asked: unknown[] = []
    const server = createServer((message, response) => {
      asked.push([message.url, message.headers.authorization])
      response.end()
    }).listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    for (const path of ['/posts?limit=1', '/posts?ids=[1-3]', '/posts?{a,b}', "/it's"]) {
      await promisify(execFile)('sh', ['-c', curlLine(origin + path, 'acme_live_1')])
    }
    server.close()
    expect(asked).toEqual(
      ['/posts?limit=1', '/posts?ids=[1-3]', '/posts?{a,b}', "/it's"].map((path) => [path, 'Bearer acme_live_1']),
    )
    expect(curlLine('http://[::1]:3000/v1', 'x')).not.toContain('--globoff')
  })
})
