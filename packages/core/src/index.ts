// Public names in the order in which a request meets them.

export { canonicalAddress } from './address.ts'
export type { BoundedCacheOptions, CacheOptions, CoherentCacheOptions } from './cache-options.ts'
export type {
  Change,
  Channel,
  ChannelSubscriber,
  ChannelSubscription,
  Confirmation,
} from './channel.ts'
export { type Clock, DAY, HOUR, MINUTE, SECOND, schedule, systemClock } from './clock.ts'
export { equalDigests } from './compare.ts'
export { type Digester, type HmacSha256Options, hmacSha256, type MaybePromise, sha256 } from './digest.ts'
export type {
  CacheOutcome,
  FailureReason,
  LeaseLoss,
  LeaseOutcome,
  Listener,
  Reason,
  VerifierEvent,
  VerifierEvents,
} from './events.ts'
export type { FieldValue } from './header.ts'
export type { Invalidation } from './invalidation.ts'
export { type LocalChannelOptions, localChannel } from './local-channel.ts'
export {
  denialOf,
  type Passage,
  passageOf,
  principalOf,
  refusalOf,
  type ScopeRefusal,
  shownAuth,
} from './mounts.ts'
export type { VerifierOptions } from './options.ts'
export {
  type AbsentIf,
  type AuthenticateOptions,
  createGate,
  errorsOnly,
  type Gate,
  type Outcome,
  type RequireScopes,
  scopeGuard,
} from './passage.ts'
export { Principal, type PrincipalFacts } from './principal.ts'
export type { KeyRecord, Moment } from './record.ts'
export { type Redact, type RedactorOptions, redactor } from './redact.ts'
export {
  type CredentialSources,
  type NodeMessage,
  nodeRequest,
  type RequestFields,
  type WebMessage,
  waitUntilIn,
  webRequest,
} from './request.ts'
export type { Resolve, ResolveContext } from './resolver.ts'
export { type ScopeRequirement, ScopeSet, scopeRequirement } from './scopes.ts'
export { type ScryptOptions, type SecretCheck, type SecretHash, scrypt } from './secret-hash.ts'
export { SharedWork, type SharedWorkOptions, type Work } from './shared-work.ts'
export {
  anyToken,
  type IdKeyFormatOptions,
  idKeyFormat,
  type KeyFormat,
  type KeyFormatOptions,
  keyFormat,
  type PairFormatOptions,
  type ParsedToken,
  pairFormat,
  type RandomBytes,
  type TokenFormat,
} from './token.ts'
export {
  DENIALS,
  type Denial,
  type DenialCode,
  type DenialRow,
  type Problem,
  type Verdict,
} from './verdict.ts'
export { createVerifier, type Verifier } from './verifier.ts'
