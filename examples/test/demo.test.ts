import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { keyFormat } from '@bearward/core'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startProgram } from './program.ts'

const { pattern } = keyFormat({ prefix: 'acme', environments: ['live', 'test'] })

describe('npm run demo', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'bearward-test-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  const start = (...args: string[]) => startProgram('demo', { args, env: { TMPDIR: folder } })

  test('--once shows what each framework answered, and ends well', async () => {
    const demo = start('--once')
    expect(await demo.ended).toBe(0)
    for (const framework of ['Express 5', 'Koa 3', 'Hono 4 on Node', 'Another process'])
      expect(demo.output()).toContain(`\n${framework}\n`)
    expect(demo.output()).toContain('All 68 answers were the expected ones.')
    expect(demo.output()).toMatch(/ 7 {2}[\d:.]+ {2}revoked {3}key_leaked {2}alice {2}seen in a log\n/)
    expect(demo.output()).toContain('its list of keys answered 200.')
    expect(demo.output()).not.toMatch(pattern)
    expect(demo.output()).not.toContain('\u001b')
    expect(readdirSync(folder)).toEqual([])
  })

  test('--json tells the same to a program', async () => {
    const demo = start('--json')
    expect(await demo.ended).toBe(0)
    const { ok, outcomes, failures, audit } = JSON.parse(demo.output())
    expect(ok).toBe(true)
    expect(outcomes).toHaveLength(68)
    expect(outcomes.filter(({ framework }: { framework: string }) => framework === 'Koa 3')).toMatchObject(
      [
        '401 without error code',
        '400 invalid_request',
        '400 invalid_request',
        '401 invalid_token',
        '401 invalid_token',
        '200 as key_reader',
        '403 insufficient_scope',
        '401 invalid_token',
        '200 as key_leaked',
        '401 invalid_token',
        '200 as key_old',
        '200 as key_new',
        '401 invalid_token',
        '200 as key_spare',
        '200 as key_reader',
        '503 without challenge',
        '200 as key_reader',
      ].map((got) => ({ got, expected: got, ok: true })),
    )
    expect(failures).toHaveLength(3)
    expect(JSON.parse(demo.output()).console).toBe(200)
    expect(audit.map(({ action }: { action: string }) => action).toReversed()).toEqual([
      ...Array(6).fill('issued'),
      'revoked',
      'rotated',
      'issued',
      'rotated',
      'issued',
    ])
    expect(demo.output()).not.toMatch(pattern)
  })

  test('stays up, serves what it prints, and leaves nothing behind on Ctrl-C', async () => {
    const demo = start()
    const printed = await demo.until('Stop with Ctrl-C')
    const lines = [...printed.matchAll(/curl -i (\S+) -H 'Authorization: ([^']+)'/g)]
    expect(lines).toHaveLength(4)
    for (const [, url, authorization] of lines) {
      const response = await fetch(url as string, { headers: { Authorization: authorization as string } })
      expect(response.status).toBe(200)
      expect(await response.json()).toMatchObject({ key: 'key_yours' })
    }
    const login = await fetch(/http:\/\/\S+\/login\S+/.exec(printed)?.[0] ?? '', { redirect: 'manual' })
    const [cookie = ''] = login.headers.getSetCookie()
    const keys = await fetch(new URL('/api/keys?search=key_yours', login.url), { headers: { Cookie: cookie } })
    expect(await keys.json()).toMatchObject({ keys: [{ id: 'key_yours', state: 'active' }] })
    const [made = ''] = readdirSync(folder)
    const files = readdirSync(join(folder, made)).map((name) => readFileSync(join(folder, made, name), 'latin1'))
    expect(files.join()).toContain('key_yours')
    expect(files.join()).not.toMatch(pattern)
    expect(await demo.stop('SIGINT')).toBe(0)
    expect(readdirSync(folder)).toEqual([])

    const [, log = ''] = demo.output().split('Stop with Ctrl-C')
    const written = log.match(/^ {2}request {3}GET \/v1\/posts {2}authorization: \[redacted\]$/gm)
    // Three frameworks write lines; the other process has no log of its own here.
    expect(written).toHaveLength(3)
    expect(log).not.toMatch(pattern)
  })

  test('says what it can be asked, and refuses the rest', async () => {
    const helped = start('--help')
    expect(await helped.ended).toBe(0)
    expect(helped.output()).toContain('npm run demo -- --once')
    const refused = start('--twice')
    expect(await refused.ended).toBe(2)
    expect(refused.output()).toContain("'--twice'")
    expect(readdirSync(folder)).toEqual([])
  })

  test('another signal ends it too, and is told', async () => {
    const demo = start()
    await demo.until('Stop with Ctrl-C')
    expect(await demo.stop('SIGTERM')).toBe(143)
    expect(readdirSync(folder)).toEqual([])
  })
})
