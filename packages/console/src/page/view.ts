// What the server hands to a page: the same JSON as the API answers with. Types alone, so both sides can load it.

/** Where a key stands; the states of `@bearward/keyring`. */
export type KeyStateJson = 'scheduled' | 'active' | 'retiring' | 'disabled' | 'expired' | 'retired' | 'revoked'

/** A value that JSON can write. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json }

/** A key as the API shows it. Times are RFC 3339 strings, `null` where there is none. */
export interface KeyJson {
  readonly id: string
  readonly hint: string
  readonly name: string
  readonly owner: string | null
  readonly environment: string | null
  readonly scopes: readonly string[]
  readonly metadata: { readonly [name: string]: Json }
  readonly state: KeyStateJson
  readonly version: number
  readonly createdAt: string
  readonly notBefore: string | null
  readonly expiresAt: string | null
  readonly disabledAt: string | null
  readonly revokedAt: string | null
  readonly endedAt: string | null
  readonly graceEndsAt: string | null
  readonly rotatedFrom: string | null
  readonly rotatedTo: string | null
  readonly lastUsedAt: string | null
  readonly lastUsedFrom: string | null
  readonly useStatus: 'used' | 'never_used' | 'not_recorded_yet'
}

/** A key of a rotation, as far as a change of another one speaks of it. */
export interface ChainKeyJson extends Pick<KeyJson, 'id' | 'hint' | 'name' | 'state'> {
  /** When it ends by itself; `null` where nothing ends it, and where it has ended. */
  readonly until: string | null
}

/** An entry of the audit trail. `at`, and the dates among `changes`, are RFC 3339 strings. */
export interface AuditEntryJson {
  readonly sequence: number
  readonly at: string
  readonly action: string
  readonly keyId: string
  readonly owner: string | null
  readonly actor: string | null
  readonly from: string | null
  readonly reason: string | null
  readonly version: number
  readonly changes: { readonly [field: string]: { readonly before: Json; readonly after: Json } }
}

/** How much a key was used, day by day (UTC), oldest first, and from where. */
export interface UsageJson {
  readonly days: readonly { readonly day: string; readonly uses: number }[]
  readonly addresses: readonly { readonly address: string; readonly lastUsedAt: string | null }[]
  readonly lastUsedAt: string | null
  readonly lastUsedFrom: string | null
}

/** How the processes were told of a change; see `Confirmation` of `@bearward/core`. */
export interface ConfirmationJson {
  readonly confirmed: boolean
  readonly acknowledged: number
  readonly silent: number
  readonly elapsedMs: number
  /** `null`: not known. */
  readonly boundMs: number | null
}

/** Who is acting, and what they may choose from. */
export interface SessionJson {
  readonly actor: string
  readonly view: 'owner' | 'operator'
  readonly owner: string | null
  /** `null`: any scope may be typed. */
  readonly scopes: readonly string[] | null
  readonly environments: readonly string[]
  /** Whether metadata may be changed. */
  readonly metadata: 'read' | 'write'
}

/** An error, as RFC 9457 has it. */
export interface ProblemJson {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly code: string
  readonly detail: string
  /** With `already_issued`, and with `unconfirmed` after a rotation: the key whose token was in the answer that is lost. */
  readonly keyId?: string
  /** With `unconfirmed`: the key as it stands now. */
  readonly key?: KeyJson
  readonly errors?: readonly { readonly field: string; readonly detail: string }[]
}

/** How the application wants its console to look. */
export interface BrandJson {
  readonly title?: string
  /** Name of the style sheet with the colours, below `/assets/`. */
  readonly theme?: string
  /** Name of the picture, below `/assets/`, and its size in CSS pixels. */
  readonly logo?: { readonly file: string; readonly width: number; readonly height: number }
  /** The way out of the console; a `label` of `null` is the page's own. */
  readonly back?: { readonly href: string; readonly label: string | null }
  /** Where a new key may be tried. */
  readonly exampleUrl?: string
}

interface Anywhere {
  /** Where the console is mounted, without a slash at the end; empty at the root. */
  readonly basePath: string
  readonly brand?: BrandJson
  /** The server's time, RFC 3339. The page asks no other clock for it. */
  readonly now: string
}

/** The list as it was asked for: what is left out was not given. */
export interface ListQueryJson {
  readonly search?: string
  readonly state?: string
  readonly environment?: string
  readonly owner?: string
  readonly cursor?: string
}

export interface ListView extends Anywhere {
  readonly name: 'list'
  readonly session: SessionJson
  readonly query: ListQueryJson
  /** The answer of `GET /api/keys`; with a problem, none. */
  readonly keys: readonly KeyJson[]
  readonly next: string | null
}

interface NewView extends Anywhere {
  readonly name: 'new'
  readonly session: SessionJson
}

export interface KeyView extends Anywhere {
  readonly name: 'key'
  readonly session: SessionJson
  readonly key: KeyJson
  readonly usage: UsageJson
  /** The answer of `GET /api/keys/{id}/audit`, from `cursor` of the page's query on. */
  readonly audit: { readonly entries: readonly AuditEntryJson[]; readonly next: string | null }
  readonly cursor: string | null
}

export interface ProblemView extends Anywhere {
  readonly name: 'problem'
  /** `null` where nobody is known to be acting. */
  readonly session: SessionJson | null
  readonly problem: ProblemJson
}

/** One page, whole. */
export type PageView = ListView | NewView | KeyView | ProblemView
