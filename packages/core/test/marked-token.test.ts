import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { hmacSha256, sha256, systemClock, type VerifierEvent } from '../src/index.ts'
import { scopeRequirement } from '../src/scopes.ts'
import {
  digestAsSecretHash,
  format,
  MARK,
  markedDigests,
  markedPaths,
  misuses,
  type Path,
  SECRET,
  TOKEN,
  verifierFor,
  walk,
} from './support/marked-paths.ts'

const EVENTS: readonly VerifierEvent[] = ['accepted', 'denied', 'failed', 'cache']

/** The names under which a runtime keeps the last match, and the text around it. */
const LAST_MATCH = ['$_', '$&', '$+', '$`', "$'", '$1', '$2', '$3', '$4', '$5', '$6', '$7', '$8', '$9']

let paths: readonly Path[]
let digests: readonly string[]

beforeAll(async () => {
  digests = await markedDigests()
  const pair = await sha256().digest(SECRET)
  paths = await markedPaths(digestAsSecretHash, pair)
})

afterEach(() => vi.unstubAllGlobals())

/** Everything that can be read off a value from outside: hidden properties too, but no getter of a class. */
function everythingIn(value: unknown, seen: Set<unknown> = new Set()): string {
  if (typeof value === 'string') return `${value}\n`
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null || seen.has(value)) return ''
  seen.add(value)
  let text = ''
  try {
    for (const name of Reflect.ownKeys(value)) {
      text += `${String(name)}: ${everythingIn((value as Record<PropertyKey, unknown>)[name], seen)}`
    }
    if (value instanceof Map || value instanceof Set) for (const one of value) text += everythingIn(one, seen)
    text += JSON.stringify(value) ?? ''
    // The stack and the message stand on the prototype in some runtimes.
    if (value instanceof Error) text += `${value.name} ${value.message} ${value.stack}`
  } catch {
    return `${text} (a hostile object)`
  }
  return text
}

function expectNoSecret(shown: string): void {
  expect(shown).not.toContain(MARK)
  expect(shown).not.toContain(btoa(TOKEN).slice(0, 20))
  for (const digest of digests) expect(shown).not.toContain(digest)
}

describe('a marked token, driven down every path, is in nothing that comes out', () => {
  test('the search finds what it searches for', () => {
    const hidden = Object.defineProperty({}, 'hidden', {
      value: { [Symbol('deep')]: new Map([['a', new Error(MARK)]]) },
    })
    expect(everythingIn(hidden)).toContain(MARK)
    expect(() => expectNoSecret(everythingIn(hidden))).toThrow()
    expect(() => expectNoSecret(digests[0] as string)).toThrow()
  })

  test('verdicts, events, principals and verifiers', async () => {
    const ends = new Set<string>()
    for (const path of paths) {
      const verifier = verifierFor(path)
      const told: unknown[] = []
      for (const name of EVENTS) verifier.on(name, (event) => told.push(name, event))
      const walks = [await walk(verifier, path), await walk(verifier, path)]
      for (const verdict of walks) {
        expect(verdict.ok ? 'accepted' : verdict.denial.code, path.name).toBe(path.ends)
        if (!verdict.ok) continue
        const denial = verifier.authorize(verdict.principal, scopeRequirement('all', ['posts:write']))
        expect(denial?.code).toBe('insufficient_scope')
        told.push(denial, verdict.principal.signal)
        verifier.invalidate('all')
      }
      verifier.close()
      told.push(await walk(verifier, path))
      expectNoSecret(everythingIn([walks, told, verifier]))
      ends.add(path.ends)
    }
    expect([...ends].sort()).toEqual(['accepted', 'invalid', 'malformed', 'missing', 'unavailable'])
  })

  test('what a client is sent, when the error of the store holds the digest', async () => {
    for (const path of paths.filter(({ name }) => name === 'accepted' || name === 'accepted later')) {
      const verifier = verifierFor({
        ...path,
        options: {
          ...path.options,
          resolve: (digest) => Promise.reject(Object.assign(new Error(digest), { status: 200, expose: true, digest })),
        },
      })
      const verdict = await walk(verifier, path)
      expect(!verdict.ok && verdict.denial.status).toBe(503)
      expectNoSecret(everythingIn(verdict))
    }
  })

  test('what a hostile listener is handed, and throws', async () => {
    const thrown: unknown[] = []
    vi.stubGlobal('queueMicrotask', (callback: () => void) => {
      try {
        callback()
      } catch (error) {
        thrown.push(error)
      }
    })
    for (const path of paths) {
      const verifier = verifierFor(path)
      for (const name of EVENTS) {
        verifier.on(name, (event) => {
          throw new Error(`${name} ${everythingIn(event)}`, { cause: event })
        })
      }
      const verdict = await walk(verifier, path)
      expect(verdict.ok ? 'accepted' : verdict.denial.code, path.name).toBe(path.ends)
    }
    expect(thrown.length).toBeGreaterThanOrEqual(paths.length)
    expectNoSecret(everythingIn(thrown))
  })

  test('what misuse throws', () => {
    for (const [index, misuse] of misuses.entries()) {
      let thrown: unknown
      try {
        misuse()
      } catch (error) {
        thrown = error
      }
      expect(thrown, `misuse ${index}`).toBeInstanceOf(TypeError)
      // The stack begins with the message; what follows are places in this repository.
      expectNoSecret(everythingIn(thrown))
    }
  })

  test('what is thrown where the name of a pepper and its secret are swapped', () => {
    let thrown: unknown
    try {
      hmacSha256({ peppers: { [SECRET]: '2026' }, current: SECRET })
    } catch (error) {
      thrown = error
    }
    expect(thrown).toBeInstanceOf(TypeError)
    expectNoSecret(everythingIn(thrown))
  })

  test('what the runtime keeps of the last regular expression', async () => {
    const lastMatch = () => LAST_MATCH.map((name) => (RegExp as unknown as Record<string, string>)[name]).join('\n')
    expect(new RegExp(MARK).test(TOKEN)).toBe(true)
    expect(lastMatch()).toContain(MARK)
    for (const path of paths) {
      const verifier = verifierFor(path)
      // Nobody is to be warned that nobody listens.
      verifier.on('failed', () => {})
      // Nothing of the path before.
      expect(/^/.test('')).toBe(true)
      await walk(verifier, path)
      expect(lastMatch(), path.name).not.toContain(MARK)
    }
  })

  test('a hint shows four characters of the secret and no more', () => {
    expect(format.hint(TOKEN)).toBe(`acme_live_${MARK.slice(0, 4)}…`)
  })

  test('what a revoked stream is told', async () => {
    const path = paths.find(({ name }) => name === 'accepted') as Path
    const verifier = verifierFor({ ...path, options: { ...path.options, clock: systemClock } })
    const verdict = await walk(verifier, path)
    if (!verdict.ok) throw new Error(verdict.denial.code)
    const { signal } = verdict.principal
    verifier.close()
    expect(signal.aborted).toBe(true)
    expectNoSecret(everythingIn([signal, signal.reason, String(signal.reason)]))
  })
})
