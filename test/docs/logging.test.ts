import { spawn } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, test } from 'vitest'
import { readPages } from './markdown.ts'
import { folderFor, type Program, writePrograms } from './programs.ts'

// The programs of docs/logging.md run as they stand, and get requests with a key in every place.

const KEY = 'mark-that-may-show-nowhere'
const OTHER = `acme_live_${'MARK'.repeat(12)}a`
const page = readPages().filter(({ path }) => path === 'docs/logging.md')
const servers = writePrograms(folderFor('logging'), page).filter(({ code }) => code.includes('3000'))
const debugging = (code: string) => code.includes('debug.log')

/** All that a program writes while it answers requests. */
async function logOf({ code, file }: Program): Promise<string> {
  const anyPort = pathToFileURL(join(import.meta.dirname, 'any-port.mjs')).href
  const server = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', '--import', anyPort, file], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: { ...process.env, ...(debugging(code) && { DEBUG: 'express:*,router*,send' }) },
  })
  const outputs = [server.stdout, server.stderr].filter((output) => output !== null)
  const written = new EventEmitter()
  let log = ''
  for (const output of outputs) {
    output.on('data', (chunk) => {
      log += chunk
      written.emit('more')
    })
  }
  const ended = once(server, 'close')
  try {
    const started = await Promise.race([once(server, 'message'), ended])
    const { port } = started[0] as { port?: number }
    if (port === undefined) throw new Error(`the program has ended: ${log}`)
    for (const [path, headers] of requests()) {
      const answer = await fetch(`http://127.0.0.1:${port}${path}`, { headers })
      expect([400, 401]).toContain(answer.status)
      await answer.text()
    }
    const last = await fetch(`http://127.0.0.1:${port}/last`)
    await last.text()
    // A line may be written after its answer was sent.
    while (!log.includes('/last')) await once(written, 'more')
  } finally {
    server.kill()
    await ended
  }
  return log
}

function requests(): [path: string, headers: Record<string, string>][] {
  return [KEY, OTHER].flatMap((key): [string, Record<string, string>][] => [
    ['/v1/posts', { authorization: `Bearer ${key}` }],
    ['/v1/posts', { authorization: `Basic ${btoa(`${key}:`)}` }],
    ['/v1/posts', { 'x-api-key': key }],
    [`/v1/posts?page=2&api_key=${key}`, {}],
    [`/v1/posts?api%5Fkey=${encodeURIComponent(key)}&page=2`, { referer: `https://a.example/?api_key=${key}` }],
    [`/v1/posts?access_token=${key}&api_key[]=${key}`, { 'x-api-key': key, cookie: `session=${key}` }],
  ])
}

const secrets = [KEY, OTHER, ...[KEY, OTHER].map((key) => btoa(`${key}:`))]

test('docs/logging.md has a program for each logger of its table', () => {
  expect(
    servers.map(({ code }) => /'(pino-http|morgan|winston|debug|hono\/logger|koa-logger)'/.exec(code)?.[1]),
  ).toEqual(['pino-http', 'morgan', 'winston', 'debug', 'hono/logger', 'koa-logger'])
})

describe.each(servers)('$place', (program) => {
  test('logs requests, and no key', async () => {
    const log = await logOf(program)
    expect(log).toContain('/v1/posts')
    expect(log).toContain('page=2')
    expect(log).toContain('[redacted]')
    for (const secret of secrets) expect(log).not.toContain(secret)
  })

  test('would log the key without redaction', async () => {
    const code = program.code
      .replace('redactor({ credentials })', '<T>(value: T): T => value')
      .replace("morgan.token('remote-user', () => undefined)", '')
    expect(code).not.toBe(program.code)
    const file = program.file.replace(/\.ts$/, '-bare.ts')
    writeFileSync(file, code)
    const log = await logOf({ ...program, file })
    expect(log).toContain(KEY)
    expect(log).toContain(OTHER)
  })
})
