import { canonicalAddress } from '@bearward/core'
import type { Keyring } from '@bearward/keyring'
import { Refusal } from './problem.ts'
import type { Session } from './schemas.ts'

/** Who is acting: a customer with their own keys, or somebody who runs the service, with everybody's. */
export type Access = OwnerAccess | OperatorAccess

/** The owner view: the keys of one owner, and no sign of any other. Metadata can be read and not changed. */
export interface OwnerAccess {
  /** Who it is, for the audit trail. 1 to 255 characters. */
  readonly actor: string
  /** Whose keys. 1 to 255 characters. */
  readonly owner: string
  readonly operator?: false | undefined
  /** The scopes that this person may give. Default: all that the keyring declares. */
  readonly scopes?: readonly string[] | undefined
}

/** The operator view: the keys of all owners. */
export interface OperatorAccess {
  /** Who it is, for the audit trail. 1 to 255 characters. */
  readonly actor: string
  readonly operator: true
  readonly owner?: undefined
  /** The scopes that this person may give. Default: all that the keyring declares. */
  readonly scopes?: readonly string[] | undefined
}

/** Who is acting, after the application's answer was checked, and from where. */
export interface Visitor {
  readonly session: Session
  /** The client's address, for the audit trail. */
  readonly from: string | undefined
}

/** As the keyring has it, which refuses anything else later than is good. */
const UNWRITABLE = /\0|\p{Surrogate}/u
const NAMES = ['actor', 'owner', 'operator', 'scopes']

/**
 * Reads what `authorize` has returned.
 *
 * @throws {TypeError} when it is no answer: nobody is let in by a mistake
 */
export function sessionOf(access: Access, keyring: Keyring): Session {
  if (typeof access !== 'object') fail('must answer with an object, a Response, or null')
  const { actor, owner, operator, scopes } = access
  const stray = Object.keys(access).find((name) => !NAMES.includes(name))
  if (stray !== undefined) fail(`has an answer with \`${stray}\`, which nobody reads`)
  if (!isText(actor)) fail('must answer with an `actor` of 1 to 255 characters')
  if (operator === true ? owner !== undefined : operator !== undefined && operator !== false) {
    fail('must answer with `owner`, or with `operator: true`, and not with both')
  }
  if (operator !== true && !isText(owner))
    fail('must answer with an `owner` of 1 to 255 characters, or `operator: true`')
  if (scopes !== undefined && !(Array.isArray(scopes) && scopes.every((scope) => typeof scope === 'string'))) {
    fail('must answer with `scopes` that are a list of strings')
  }
  const declared = keyring.scopes.length === 0 ? null : [...keyring.scopes]
  return {
    actor,
    view: operator === true ? 'operator' : 'owner',
    owner: owner ?? null,
    scopes: scopes === undefined ? declared : [...scopes],
    environments: [...keyring.environments],
    metadata: operator === true ? 'write' : 'read',
  }
}

/**
 * Scopes that a key does not have already must be the session's to give.
 *
 * @throws {Refusal} `scope_not_yours`
 */
export function checkScopesOf({ scopes: own }: Session, wanted: readonly string[], had: readonly string[] = []): void {
  if (own === null) return
  const strays = wanted.filter((scope) => !own.includes(scope) && !had.includes(scope))
  if (strays.length === 0) return
  const detail = 'must be among the scopes that you may give'
  throw new Refusal('scope_not_yours', 'A key may have the scopes alone that you may give.', {
    errors: [{ field: 'scopes', detail }],
  })
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length >= 1 && value.length <= 255 && !UNWRITABLE.test(value)
}

/** The client's IP address as the audit trail keeps it. Behind a proxy the text may be of the client's choice. */
export function addressOf(value: string | undefined): string | undefined {
  return value === undefined ? undefined : canonicalAddress(value)
}

function fail(message: string): never {
  throw new TypeError(`createConsole: \`authorize\` ${message}`)
}
