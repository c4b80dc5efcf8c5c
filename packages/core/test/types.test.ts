import { describe, expectTypeOf, it } from 'vitest'
import {
  createVerifier,
  type Denial,
  type KeyRecord,
  keyFormat,
  type Principal,
  type ScopeSet,
  scopeRequirement,
  type Verdict,
  type Verifier,
} from '../src/index.ts'

// Checked by the compiler: `tsc -b` fails when a line below `@ts-expect-error` compiles.

interface Row extends KeyRecord {
  readonly plan: 'free' | 'pro'
  readonly createdAt: Date
}
declare const row: Row
declare function principalOf<K extends KeyRecord, S extends string>(verifier: Verifier<K, S>): Principal<K, S>
/** Holds code that is compiled and not run. */
const compiled = (_code: () => unknown): void => {}

describe("the user's own record type", () => {
  it('reaches principal.key without a cast, from every kind of resolver', () => {
    compiled(() => {
      const sync = createVerifier({ resolve: () => row as Row | undefined })
      const async = createVerifier({ resolve: async (): Promise<Row | null> => row })
      const thenable = createVerifier({ resolve: (): PromiseLike<Row | null> => Promise.resolve(row) })
      expectTypeOf(principalOf(sync).key).toEqualTypeOf<Row>()
      expectTypeOf(principalOf(async).key).toEqualTypeOf<Row>()
      expectTypeOf(principalOf(thenable).key).toEqualTypeOf<Row>()
      expectTypeOf(principalOf(async).key.plan).toEqualTypeOf<'free' | 'pro'>()
      // @ts-expect-error the row has no such column
      return principalOf(async).key.plann
    })
  })

  it('reaches accept', () => {
    compiled(() =>
      createVerifier({
        resolve: async (): Promise<Row | null> => row,
        accept: (key) => {
          expectTypeOf(key).toEqualTypeOf<Row>()
          return key.plan === 'pro'
        },
      }),
    )
  })

  it('may be a plain object literal', () => {
    compiled(() => {
      const verifier = createVerifier({ resolve: (digest) => ({ id: 'key_1', digest, plan: 3 }) })
      expectTypeOf(principalOf(verifier).key.plan).toEqualTypeOf<number>()
    })
  })

  it('has the shape of a record', () => {
    compiled(() => {
      // @ts-expect-error a record without id
      createVerifier({ resolve: () => ({ scopes: ['a'] }) })
      // @ts-expect-error an id that is a number
      createVerifier({ resolve: () => ({ id: 1 }) })
      // @ts-expect-error scopes that are one string
      createVerifier({ resolve: () => ({ id: 'k', scopes: 'posts:read' }) })
      // @ts-expect-error a date that is a string
      createVerifier({ resolve: () => ({ id: 'k', expiresAt: '2030-01-01' }) })
      // @ts-expect-error disabled as 0 or 1, as SQLite holds it
      createVerifier({ resolve: () => ({ id: 'k', disabled: 1 }) })
      // @ts-expect-error a verdict in place of a record
      createVerifier({ resolve: () => true })
      // @ts-expect-error nothing in place of null
      createVerifier({ resolve: () => false })
    })
  })
})

describe('declared scopes', () => {
  it('make a misspelt scope an error, declared inline or as const', () => {
    compiled(() => {
      const inline = createVerifier({ resolve: () => row, scopes: ['posts:read', 'posts:write'] })
      const declared = ['posts:read', 'posts:write'] as const
      const asConst = createVerifier({ resolve: () => row, scopes: declared })
      for (const { scopes } of [principalOf(inline), principalOf(asConst)]) {
        expectTypeOf(scopes).toEqualTypeOf<ScopeSet<'posts:read' | 'posts:write'>>()
        scopes.has('posts:read')
        scopes.hasAll(['posts:read', 'posts:write'])
        // @ts-expect-error misspelt
        scopes.has('post:read')
        // @ts-expect-error misspelt
        scopes.hasAll(['posts:read', 'posts:wriet'])
        // @ts-expect-error misspelt
        scopes.hasAny(['posts:wriet'])
        // @ts-expect-error misspelt
        scopes.hasAny('posts:read', 'posts:wriet')
      }
      expectTypeOf([...principalOf(inline).scopes]).toEqualTypeOf<('posts:read' | 'posts:write')[]>()
    })
  })

  it('leave the record type alone', () => {
    compiled(() => {
      const verifier = createVerifier({ resolve: async (): Promise<Row | null> => row, scopes: ['a'] })
      expectTypeOf(principalOf(verifier)).toEqualTypeOf<Principal<Row, 'a'>>()
    })
  })

  it('are any string where none were declared', () => {
    compiled(() => {
      const verifier = createVerifier({ resolve: () => row })
      expectTypeOf(principalOf(verifier).scopes).toEqualTypeOf<ScopeSet<string>>()
      principalOf(verifier).scopes.has('whatever')
      // @ts-expect-error one string is not a list of scopes
      scopeRequirement('all', 'a')
      // @ts-expect-error there are two modes
      scopeRequirement('some', ['a'])
    })
  })
})

describe('options', () => {
  it('that do not exist or do not fit are errors', () => {
    compiled(() => {
      const resolve = () => row
      // @ts-expect-error resolve must be given
      createVerifier({})
      // @ts-expect-error misspelt
      createVerifier({ resolve, relam: 'api' })
      // @ts-expect-error a cache states its bound
      createVerifier({ resolve, cache: { max: 10 } })
      // @ts-expect-error caching is not switched on with true
      createVerifier({ resolve, cache: true })
      // @ts-expect-error scopes are a list
      createVerifier({ resolve, scopes: 'posts:read' })
      // @ts-expect-error accept answers at once
      createVerifier({ resolve, accept: async () => true })
      // @ts-expect-error a clock has both times
      createVerifier({ resolve, clock: { now: () => 0 } })
      // @ts-expect-error a format needs a prefix
      keyFormat({ environments: ['live'] })
      // @ts-expect-error there is no cookie source
      createVerifier({ resolve, credentials: { cookie: 'key' } })
    })
  })
})

describe('a verdict', () => {
  it('must be looked at before its principal is', () => {
    compiled(async () => {
      const verdict = await createVerifier({ resolve: () => row }).verify(undefined)
      expectTypeOf(verdict).toEqualTypeOf<Verdict<Row, string>>()
      // @ts-expect-error not known to be accepted
      const read = [verdict.principal]
      // @ts-expect-error not known to be denied
      read.push(verdict.denial)
      if (verdict.ok) expectTypeOf(verdict.principal.key).toEqualTypeOf<Row>()
      else expectTypeOf(verdict.denial).toEqualTypeOf<Denial>()
    })
  })

  it('may be a promise', () => {
    compiled(() => {
      const verdict = createVerifier({ resolve: () => row }).verify(undefined)
      // @ts-expect-error must be awaited first
      return verdict.ok
    })
  })

  it('cannot be written to', () => {
    compiled(async () => {
      const verdict = await createVerifier({ resolve: () => row }).verify(undefined)
      if (!verdict.ok) {
        // @ts-expect-error read-only
        verdict.denial.status = 200
        // @ts-expect-error the table of codes
        return verdict.denial.code === 'forbidden'
      }
      // @ts-expect-error read-only
      verdict.principal.keyId = 'another'
      // @ts-expect-error a token is nowhere
      return verdict.principal.token
    })
  })
})

describe('events', () => {
  it('have the type of their name', () => {
    compiled(() => {
      const verifier = createVerifier({ resolve: () => row })
      verifier.on('denied', ({ keyId, reason }) => {
        expectTypeOf(keyId).toEqualTypeOf<string | undefined>()
        // @ts-expect-error there is no such reason
        return reason === 'revokd'
      })
      // @ts-expect-error there is no such event
      verifier.on('denial', () => {})
      // @ts-expect-error an accepted event has no reason
      verifier.on('accepted', ({ reason }) => reason)
      expectTypeOf(verifier.on('cache', () => {})).toEqualTypeOf<() => void>()
    })
  })
})

describe('invalidations', () => {
  it('name keys one way', () => {
    compiled(() => {
      const verifier = createVerifier({ resolve: () => row })
      verifier.invalidate({ id: 'key_1' })
      verifier.invalidate('all')
      // @ts-expect-error there is no such way
      verifier.invalidate({ keyId: 'key_1' })
      // @ts-expect-error an id is a string
      verifier.invalidate({ id: 1 })
      // @ts-expect-error says nothing
      verifier.invalidate()
    })
  })
})
