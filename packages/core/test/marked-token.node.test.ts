import { randomBytes, scryptSync } from 'node:crypto'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { format, inspect } from 'node:util'
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { scrypt } from '../src/secret-hash.ts'
import {
  MARK,
  markedDigests,
  markedPaths,
  misuses,
  type Path,
  SECRET,
  verifierFor,
  walk,
} from './support/marked-paths.ts'

const CHANNELS = ['accepted', 'denied', 'failed', 'cache'].map((name) => `bearward:${name}`)

let paths: readonly Path[]
let digests: readonly string[]

beforeAll(async () => {
  const salt = randomBytes(16).toString('hex')
  const stored = `${scryptSync(SECRET, salt, 64, { N: 1024 }).toString('hex')}.${salt}`
  digests = [...(await markedDigests()), stored]
  paths = await markedPaths(scrypt({ cost: 1024 }), stored)
})

afterEach(() => vi.restoreAllMocks())

function shown(value: unknown): string {
  // An error's own `inspect` reads it as a debugger would; a hostile proxy is shown without being asked.
  return inspect(value, {
    depth: Number.POSITIVE_INFINITY,
    showHidden: true,
    maxStringLength: null,
    maxArrayLength: null,
  })
}

function expectNoSecret(text: string): void {
  expect(text).not.toContain(MARK)
  for (const digest of digests) expect(text).not.toContain(digest)
}

/** Everything that is written to the console or the standard streams, or warned about, while `work` runs. */
async function printedBy(work: () => Promise<void>): Promise<string> {
  let printed = ''
  const take = (chunk: unknown): boolean => {
    printed += typeof chunk === 'string' ? chunk : shown(chunk)
    return true
  }
  for (const name of ['log', 'info', 'warn', 'error', 'debug', 'trace', 'dir'] as const) {
    vi.spyOn(console, name).mockImplementation((...args: unknown[]) => void take(format(...args)))
  }
  vi.spyOn(process.stdout, 'write').mockImplementation(take)
  vi.spyOn(process.stderr, 'write').mockImplementation(take)
  vi.spyOn(process, 'emitWarning').mockImplementation((...args: unknown[]) => void take(format(...args)))
  await work()
  vi.restoreAllMocks()
  return printed
}

describe('a marked token, on Node, is in nothing that can be printed', () => {
  test('the search finds what it searches for', async () => {
    const hidden = Object.defineProperty({}, 'hidden', { value: { [Symbol('deep')]: new Map([['a', MARK]]) } })
    expect(shown(hidden)).toContain(MARK)
    expect(await printedBy(async () => console.log('%s', MARK))).toContain(MARK)
    expect(() => expectNoSecret(digests[0] as string)).toThrow()
  })

  test('util.inspect with hidden properties: verdicts, principals, signals and verifiers', async () => {
    for (const path of paths) {
      const verifier = verifierFor(path)
      verifier.on('failed', () => {})
      const verdict = await walk(verifier, path)
      expect(verdict.ok ? 'accepted' : verdict.denial.code, path.name).toBe(path.ends)
      expectNoSecret(shown(verdict) + shown(verifier) + inspect(verdict, { customInspect: false, showHidden: true }))
      if (!verdict.ok) continue
      const { principal } = verdict
      expectNoSecret(
        shown(principal.signal) + shown(principal) + format('%o %O %j %s', principal, principal, principal, principal),
      )
      expect(shown(principal)).toContain('key_1')
      verifier.close()
    }
  })

  test('diagnostics_channel', async () => {
    const published: unknown[] = []
    const listen = (message: unknown, name: string | symbol) => published.push(name, message)
    for (const name of CHANNELS) subscribe(name, listen)
    try {
      for (const path of paths) {
        const verifier = verifierFor(path)
        await walk(verifier, path)
        await walk(verifier, path)
      }
    } finally {
      for (const name of CHANNELS) unsubscribe(name, listen)
    }
    expect(CHANNELS.filter((name) => !published.includes(name))).toEqual([])
    expectNoSecret(published.map(shown).join('\n'))
  })

  test('the console, the standard streams and warnings, while nobody listens', async () => {
    const printed = await printedBy(async () => {
      for (const path of paths) {
        const verifier = verifierFor(path)
        const verdict = await walk(verifier, path)
        console.log(verdict, verifier)
        if (verdict.ok) console.log(verdict.principal, String(verdict.principal.key.id), [verdict.principal])
      }
    })
    expect(printed).toContain('key_1')
    expectNoSecret(printed)
  })

  test('what misuse throws', () => {
    for (const misuse of misuses) {
      let thrown: unknown
      try {
        misuse()
      } catch (error) {
        thrown = error
      }
      expect(thrown).toBeInstanceOf(TypeError)
      expectNoSecret(shown(thrown))
    }
  })
})
