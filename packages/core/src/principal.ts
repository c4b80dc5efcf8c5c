import { showAsJson } from './inspect.ts'
import type { Captured, EnvironmentOf, KeyRecord } from './record.ts'
import { ScopeSet } from './scopes.ts'

/**
 * Who a request acts as. Frozen, and shared by the requests of one key while its record is cached: what a handler
 * writes to `key` changes no verdict. `JSON.stringify` and `util.inspect` show neither the record nor a digest.
 *
 * @typeParam K the user's own record type, as the resolver returns it
 * @typeParam S the declared scopes, or `string`
 */
export class Principal<K extends KeyRecord = KeyRecord, S extends string = string> {
  /** Id of the key: what to log. */
  readonly keyId: string
  /** What the key may do. */
  readonly scopes: ScopeSet<S>
  /** Whose key it is. */
  readonly owner: string | undefined
  /** The record's environment, or else the one in the token, where the digest covers it. */
  readonly environment: EnvironmentOf<K> | undefined
  readonly #key: K
  readonly #signal: () => AbortSignal

  /** @internal Made by the verifier. */
  constructor(captured: Captured, facts: PrincipalFacts<K>) {
    this.keyId = captured.id
    this.scopes = new ScopeSet<S>(captured.scopes, { patterns: facts.scopePatterns })
    this.owner = captured.owner
    this.environment = (captured.environment ?? facts.environment) as EnvironmentOf<K> | undefined
    this.#key = facts.row
    this.#signal = facts.signal
    Object.freeze(this)
  }

  /** The record as the resolver returned it. */
  get key(): K {
    return this.#key
  }

  /**
   * Fires when the key is revoked, disabled or expires, so that server-sent events, WebSockets and long polls end
   * too. Costs nothing unless it is read. Revocation reaches it through `verifier.invalidate()`; when the store then gives
   * no answer in time, it fires as well. At most 100 000 keys are watched: one more ends the one read longest ago.
   */
  get signal(): AbortSignal {
    return this.#signal()
  }

  toJSON(): { keyId: string; scopes: S[]; owner: string | undefined; environment: string | undefined } {
    const { keyId, owner, environment } = this
    return { keyId, scopes: [...this.scopes], owner, environment }
  }

  static {
    showAsJson(Principal.prototype)
  }
}

/** What a principal is made of, besides what was captured. */
export interface PrincipalFacts<K> {
  readonly row: K
  readonly environment: string | undefined
  readonly scopePatterns: boolean
  readonly signal: () => AbortSignal
}
