import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { readPage, readPages, root } from './markdown.ts'
import { folderFor, writePrograms } from './programs.ts'
import { readSources } from './source.ts'

const folder = folderFor('programs')
const programs = writePrograms(folder, [...readPages(), ...readSources()])

test('every ts block, and every @example of a package, compiles under strict', async () => {
  expect(programs.length).toBeGreaterThan(50)
  const { code, output } = await compile(folder)
  expect(output).toBe('')
  expect(code).toBe(0)
})

test('a wrong block is reported, with its page and its line', async () => {
  const wrong = folderFor('wrong')
  const page = readPage('page.md', ['# Page', '', '```ts', "const count: number = 'one'", '```'].join('\n'))
  expect(writePrograms(wrong, [page]).map(({ place }) => place)).toEqual(['page.md:4'])
  const { code, output } = await compile(wrong)
  expect(output).toContain('page-md-4.ts(4,7): error TS2322')
  expect(code).not.toBe(0)
})

test('a block that continues another shares its names and keeps its own lines', () => {
  const fence = '```'
  const lines = [
    `${fence}ts`,
    'const one = 1',
    fence,
    '',
    '<!-- continues -->',
    `${fence}ts`,
    'console.log(one)',
    fence,
  ]
  expect(writePrograms(folderFor('chain'), [readPage('chain.md', lines.join('\n'))])).toMatchObject([
    { place: 'chain.md:2', code: '\nconst one = 1\n\n\n\n\nconsole.log(one)\n' },
  ])
})

describe('the servers of README.md run as they stand', () => {
  const servers = programs.filter(({ place, code }) => place.startsWith('README.md:') && code.includes('3000'))

  test('there is one for each framework', () => {
    expect(servers.map(({ code }) => /@bearward\/(express|koa|hono)/.exec(code)?.[1])).toEqual([
      'express',
      'koa',
      'hono',
    ])
  })

  test.each(servers)('$place', async ({ file }) => {
    const cwd = mkdtempSync(join(tmpdir(), 'bearward-docs-'))
    const anyPort = pathToFileURL(join(import.meta.dirname, 'any-port.mjs')).href
    const server = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', '--import', anyPort, file], {
      cwd,
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    })
    try {
      const [token, port] = await Promise.all([tokenOf(server), portOf(server)])
      const address = `http://127.0.0.1:${port}/v1/posts`

      const accepted = await fetch(address, { headers: { Authorization: `Bearer ${token}` } })
      expect(accepted.status).toBe(200)
      expect(await accepted.json()).toEqual({ key: expect.stringMatching(/^key_/) })

      const denied = await fetch(address)
      expect(denied.status).toBe(401)
      expect(denied.headers.get('www-authenticate')).toBe('Bearer realm="api"')
    } finally {
      const ended = once(server, 'close')
      server.kill()
      await ended
      rmSync(cwd, { recursive: true })
    }
  })
})

const short = programs.filter(({ place, code }) => place.startsWith('README.md:') && !code.includes('3000'))

test.each(short.filter(({ code }) => !code.includes('createConsole')))(
  'the program of $place runs as it stands, and keeps no token',
  async ({ file }) => {
    const cwd = mkdtempSync(join(tmpdir(), 'bearward-docs-'))
    try {
      const { stdout } = await run(process.execPath, ['--disable-warning=ExperimentalWarning', file], { cwd })
      const token = /^acme_live_[0-9A-Za-z]{49}$/m.exec(stdout)?.[0] ?? ''
      const kept = readdirSync(cwd).map((name) => readFileSync(join(cwd, name), 'latin1'))
      expect(kept.join()).toContain(createHash('sha256').update(token).digest('hex'))
      expect(kept.join()).not.toMatch(/acme_live_[0-9A-Za-z]{49}/)
    } finally {
      rmSync(cwd, { recursive: true })
    }
  },
)

test.each(short.filter(({ code }) => code.includes('createConsole')))(
  'the program of $place mounts the console as it stands',
  async ({ file }) => {
    const cwd = mkdtempSync(join(tmpdir(), 'bearward-docs-'))
    try {
      const { stdout, stderr } = await run(process.execPath, ['--disable-warning=ExperimentalWarning', file], { cwd })
      expect({ stdout, stderr }).toEqual({ stdout: '', stderr: '' })
    } finally {
      rmSync(cwd, { recursive: true })
    }
  },
)

const run = promisify(execFile)

async function compile(project: string): Promise<{ code: number; output: string }> {
  try {
    const { stdout } = await run('tsc', ['-p', project, '--pretty', 'false'], { cwd: root })
    return { code: 0, output: stdout }
  } catch (error) {
    const { code, stdout } = error as { code?: unknown; stdout?: string }
    if (typeof code !== 'number' || stdout === undefined) throw error
    return { code, output: stdout }
  }
}

async function portOf(server: ChildProcess): Promise<number> {
  const [{ port }] = (await once(server, 'message')) as [{ port: number }]
  return port
}

/** The program prints a curl line with the token of the one key that it knows. */
async function tokenOf(server: ChildProcess): Promise<string> {
  if (server.stdout === null) throw new Error('the output of the program is not piped')
  for await (const line of createInterface(server.stdout)) {
    const token = /Bearer (\w+)/.exec(line)?.[1]
    if (token !== undefined) return token
  }
  throw new Error('the program ended without a curl line')
}
