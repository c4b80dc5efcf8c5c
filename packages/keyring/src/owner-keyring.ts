import { invalid, isOwner, TEXT_LIMITS } from './input.ts'
import type { Issued, OwnIssueOptions } from './issue.ts'
import type { KeyWithUsage, Metadata } from './key.ts'
import type { KeyUsage, UsageOptions } from './key-usage.ts'
import type { Keyring } from './keyring.ts'
import type { AuditOptions, AuditPage, KeyPage, ListOptions } from './lists.ts'
import type { RevokeAllOptions, Revoked, RevokedAll, RevokeOptions } from './revoke.ts'
import type { Changed, ChangeOptions } from './room.ts'
import type { Rotated, RotateOptions } from './rotate.ts'
import type { Disabled, UpdateOptions } from './standing.ts'

/** Options of a method, less the owner, who is named already. */
type Own<Options> = Omit<Options, 'owner'>

/**
 * The keys of one owner, made by `keyring.forOwner()`. Each method is that of {@link Keyring} with the owner named, and takes
 * no `owner` of its own. A key of another owner is as one that is not there: reads answer `null`, changes reject with
 * `not_found`, lists and the audit trail leave it out.
 *
 * @typeParam S the declared scopes, or `string`
 * @typeParam M the declared metadata as it is stored, or anything that JSON can write
 * @typeParam E the environments of the format, or `string`
 * @typeParam I the declared metadata as callers give it
 */
export interface OwnerKeyring<
  S extends string = string,
  M extends object = Metadata,
  E extends string = string,
  I = M,
> {
  /** The owner whose keys they are. */
  readonly owner: string
  /** Options must be given, if only `{}`: a request whose body was not read has none. */
  issue(options: OwnIssueOptions<S, I, E>): Promise<Issued<M, E>>
  get(id: string): Promise<KeyWithUsage<M, E> | null>
  find(token: string): Promise<KeyWithUsage<M, E> | null>
  chain(id: string): Promise<readonly KeyWithUsage<M, E>[] | null>
  usage(id: string, options?: Own<UsageOptions>): Promise<KeyUsage | null>
  list(options?: Own<ListOptions<E>>): Promise<KeyPage<M, E>>
  update(id: string, options: Own<UpdateOptions<S, I>>): Promise<Changed<M, E>>
  disable(id: string, options?: Own<ChangeOptions>): Promise<Disabled<M, E>>
  enable(id: string, options?: Own<ChangeOptions>): Promise<Changed<M, E>>
  rotate(id: string, options?: Own<RotateOptions>): Promise<Rotated<M, E>>
  revoke(id: string, options?: Own<RevokeOptions>): Promise<Revoked<M, E>>
  revokeAll(options?: Own<RevokeAllOptions>): Promise<RevokedAll>
  audit(options?: Own<AuditOptions>): Promise<AuditPage>
}

/** @throws {TypeError} when `owner` cannot be one */
export function ownerKeyring(keyring: Keyring, owner: unknown): OwnerKeyring {
  if (!isOwner(owner)) {
    throw new TypeError(
      `forOwner: \`owner\` must be a string of 1 to ${TEXT_LIMITS.owner} characters with a visible one`,
    )
  }
  /** Adds the owner to the options of a method, and refuses options that name one. */
  const own = <Options extends object>(options: Options): Options & { owner: string } => {
    if (typeof options !== 'object' || options === null || Array.isArray(options)) invalid('input', 'an object')
    if ('owner' in options) invalid('owner', 'left out: the keyring is that of one owner')
    return { ...options, owner }
  }
  return Object.freeze<OwnerKeyring>({
    owner,
    issue: async (options) => keyring.issue(own(options)),
    get: (id) => keyring.get(id, { owner }),
    find: (token) => keyring.find(token, { owner }),
    chain: (id) => keyring.chain(id, { owner }),
    usage: async (id, options = {}) => keyring.usage(id, own(options)),
    list: async (options = {}) => keyring.list(own(options)),
    update: async (id, options) => keyring.update(id, own(options)),
    disable: async (id, options = {}) => keyring.disable(id, own(options)),
    enable: async (id, options = {}) => keyring.enable(id, own(options)),
    rotate: async (id, options = {}) => keyring.rotate(id, own(options)),
    revoke: async (id, options = {}) => keyring.revoke(id, own(options)),
    revokeAll: async (options = {}) => keyring.revokeAll(own(options)),
    audit: async (options = {}) => keyring.audit(own(options)),
  })
}
