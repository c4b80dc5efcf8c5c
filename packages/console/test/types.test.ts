import type { Request as ExpressRequest } from 'express'
import type { Context } from 'hono'
import { describe, expectTypeOf, test } from 'vitest'
import type { expressConsole } from '../src/express.ts'
import type { honoConsole } from '../src/hono.ts'
import type { Console } from '../src/index.ts'
import type {
  AuditEntryJson,
  ConfirmationJson,
  KeyJson,
  ProblemJson,
  SessionJson,
  UsageJson,
} from '../src/page/view.ts'
import type { AuditEntry, Confirmation, Key, Problem, Session, Usage } from '../src/schemas.ts'

/** Without `readonly`, which the page promises itself; any JSON is any JSON. */
type Plain<T> = T extends object
  ? { -readonly [Name in keyof T]: Name extends 'metadata' | 'before' | 'after' ? unknown : Plain<T[Name]> }
  : T

describe('what a page is given is what the API answers', () => {
  test('field by field', () => {
    expectTypeOf<Plain<KeyJson>>().toEqualTypeOf<Plain<Key>>()
    expectTypeOf<Plain<AuditEntryJson>>().toEqualTypeOf<Plain<AuditEntry>>()
    expectTypeOf<Plain<UsageJson>>().toEqualTypeOf<Plain<Usage>>()
    expectTypeOf<Plain<ConfirmationJson>>().toEqualTypeOf<Plain<Confirmation>>()
    expectTypeOf<Plain<SessionJson>>().toEqualTypeOf<Plain<Session>>()
    expectTypeOf<Plain<ProblemJson>>().toEqualTypeOf<Plain<Problem>>()
  })
})

describe('`authorize` is given what the mount has', () => {
  test('and a console for one framework is not mounted in another', () => {
    type ForExpress = Console<ExpressRequest>
    type ForAny = Console
    expectTypeOf<ForExpress>().toExtend<Parameters<typeof expressConsole>[0]>()
    expectTypeOf<ForAny>().toExtend<Parameters<typeof expressConsole>[0]>()
    expectTypeOf<ForAny>().toExtend<Parameters<typeof honoConsole>[0]>()
    expectTypeOf<Console<Context>>().not.toExtend<Parameters<typeof expressConsole>[0]>()
    expectTypeOf<ForExpress>().not.toExtend<Parameters<typeof honoConsole>[0]>()
  })
})
