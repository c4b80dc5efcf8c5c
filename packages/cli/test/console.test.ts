import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ACME, bearward } from './bearward.ts'

let cwd: string
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'bearward-cli-'))
})
afterEach(() => rmSync(cwd, { recursive: true, force: true }))

const env = () => ({ ...ACME, USER: 'alice', BEARWARD_DATABASE_URL: join(cwd, 'keys.db') })
const run = (argv: readonly string[], meanwhile?: (stdout: string, stderr: string) => Promise<void>) =>
  bearward(['console', ...argv], { cwd, env: env(), ...(meanwhile !== undefined && { meanwhile }) })

/** Signs in by the address that was printed. */
async function signIn(url: string): Promise<(path: string, init?: RequestInit) => Promise<Response>> {
  const answer = await fetch(url, { redirect: 'manual' })
  const [cookie = ''] = answer.headers.getSetCookie()
  const headers = { Cookie: cookie.replace(/;.*/, ''), 'Content-Type': 'application/json', 'Idempotency-Key': 'one' }
  return (path, init) => fetch(new URL(path, url), { headers, ...init })
}

describe('bearward console', () => {
  test('serves the keys of the store, and ends when it is told to', async () => {
    let address = ''
    const { code, stdout, stderr } = await run([], async (printed) => {
      address = printed.trim()
      const send = await signIn(address)
      expect((await send('/')).status).toBe(200)
      const issued = await send('/api/keys', { method: 'POST', body: '{"owner":"acct_1","name":"CI"}' })
      expect(issued.status).toBe(201)
    })
    expect({ code, stderr }).toEqual({ code: 0, stderr: 'Open it: it signs in once. Stop with Ctrl-C.\n' })
    expect(stdout).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/login\?once=[\w-]{43}\n$/)
    await expect(fetch(address)).rejects.toThrow()
    const audit = await bearward(['audit', '--json'], { cwd, env: env() })
    expect(JSON.parse(audit.stdout).entries).toMatchObject([{ action: 'issued', actor: 'alice', from: '127.0.0.1' }])
  })

  test('tells a program the address, and writes down whom it is told', async () => {
    const { stdout, stderr } = await run(['--json', '--actor', 'bob'], async (printed) => {
      const send = await signIn(JSON.parse(printed).url)
      expect(await (await send('/api/session')).json()).toMatchObject({ actor: 'bob', view: 'operator' })
    })
    expect(stdout).toMatch(/^\{"url":"http[^"]+"\}\n$/)
    expect(stderr).toBe('')
  })

  test('tells the terminal why a page is not shown, and not the page', async () => {
    const { stderr } = await run([], async (printed) => {
      const send = await signIn(printed.trim())
      const { DatabaseSync } = await import('node:sqlite')
      const database = new DatabaseSync(join(cwd, 'keys.db'))
      database.exec('alter table bearward_keys rename to away')
      database.close()
      const answer = await send('/api/keys')
      expect(answer.status).toBe(503)
      expect(await answer.text()).not.toContain('bearward_keys')
    })
    expect(stderr).toMatch(/^bearward: .*no such table: bearward_keys$/m)
  })

  test.each(['-1', '65536', '1.5', 'x', ''])('refuses port %j', async (port) => {
    const { code, stderr } = await run(['--port', port])
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: `bearward: --port ${port} is no whole number from 0 to 65535; change it\n`,
    })
  })

  test('says that a port is taken', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as { port: number }
    const { code, stderr } = await run(['--port', String(port)])
    server.close()
    expect({ code, stderr }).toEqual({ code: 4, stderr: `bearward: port ${port} is taken; choose another one\n` })
  })

  test('says that the store cannot be used before it serves anything', async () => {
    const { code, stdout } = await run(['--database-url', join(cwd, 'no/such/folder/keys.db')])
    expect({ code, stdout }).toEqual({ code: 5, stdout: '' })
  })

  test.each(['SIGINT', 'SIGTERM'] as const)('ends well with %s', async (signal) => {
    const main = join(import.meta.dirname, '../src/main.ts')
    const argv = ['--disable-warning=ExperimentalWarning', main, 'console', '--json']
    const program = spawn(process.execPath, argv, {
      cwd,
      env: { ...process.env, ...env() },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [line] = (await once(program.stdout, 'data')) as [Buffer]
    expect((await fetch(JSON.parse(line.toString()).url, { redirect: 'manual' })).status).toBe(303)
    program.kill(signal)
    expect(await once(program, 'exit')).toEqual([0, null])
  })
})
