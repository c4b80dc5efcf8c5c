import type { Context } from 'hono'
import type { Request as ExpressRequest } from 'express'
import { describe, expectTypeOf, test } from 'vitest'
import type { expressConsole } from '../src/express.ts'
import type { honoConsole } from '../src/hono.ts'
import { type Console, createConsole } from '../src/index.ts'
import type {
  AuditEntryJson,
  ConfirmationJson,
  KeyJson,
  ProblemJson,
  SessionJson,
  UsageJson,
} from '../src/page/view.ts'
import type { AuditEntry, Confirmation, Key, Problem, Session, Usage } from '../src/schemas.ts'

/** Without `readonly`, which the page promises itself and JSON does not know. */
type Plain<T> = T extends object ? { -readonly [Name in keyof T]: Plain<T[Name]> } : T

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
  const make = null as unknown as { createConsole: typeof createConsole; express: typeof expressConsole; hono: typeof honoConsole }

  test('and a console for one framework is not mounted in another', () => {
    type ForExpress = Console<ExpressRequest>
    type ForAny = Console
    expectTypeOf<ForExpress>().toExtend<Parameters<typeof make.express>[0]>()
    expectTypeOf<ForAny>().toExtend<Parameters<typeof make.express>[0]>()
    expectTypeOf<ForAny>().toExtend<Parameters<typeof make.hono>[0]>()
    expectTypeOf<Console<Context>>().not.toExtend<Parameters<typeof make.express>[0]>()
    expectTypeOf<ForExpress>().not.toExtend<Parameters<typeof make.hono>[0]>()
  })
})
