// Public names, in the order in which a key's life meets them.

export {
  type Attribution,
  AUDIT_ACTIONS,
  type AuditAction,
  type AuditEntry,
  type FieldChange,
  type NewAuditEntry,
} from './audit.ts'
export type { StillAccepted } from './chain.ts'
export type { MetadataSchema, SchemaIssue, SchemaResult } from './declared-metadata.ts'
export { KeyringError, type KeyringErrorCode } from './errors.ts'
export type { ChangeEvent, KeyringEvent, KeyringEventFacts, KeyringListener } from './events.ts'
export type { Expired, ExpireOptions } from './expiry.ts'
export type { ForeignFormat, SlowHashes } from './foreign.ts'
export type { ImportOptions, ReadingOptions } from './import.ts'
export { IMPORT_REPORT, type ImportReport, UnreadColumnError } from './import-report.ts'
export type { ImportRow } from './import-row.ts'
export type { ScopeMapping } from './import-scopes.ts'
export type { ImportProblem, ImportSummary } from './import-summary.ts'
export type { Expiry, GivenMetadata, Issued, IssueFields, IssueOptions, OwnIssueOptions } from './issue.ts'
export {
  type JsonValue,
  KEY_STATES,
  type Key,
  type KeyState,
  type KeyWithUsage,
  type Metadata,
  type StoredKey,
  stateOf,
  type Usage,
  type UseStatus,
} from './key.ts'
export type { DayOfUse, KeyUsage, UsageOptions } from './key-usage.ts'
export { type AnyKeyring, createKeyring, type Keyring } from './keyring.ts'
export { type KeyAction, type Rule, TRANSITIONS } from './lifecycle.ts'
export { foldCase, isListed, newestFirst } from './listing.ts'
export type { AuditOptions, AuditPage, KeyPage, ListOptions } from './lists.ts'
export { memoryStore } from './memory.ts'
export type { KeyringOptions } from './options.ts'
export type { OwnerKeyring } from './owner-keyring.ts'
export type { ReadyOptions } from './ready.ts'
export { type KeyringRecord, recordOf } from './record.ts'
export type { ChainPart, RevokeAllOptions, Revoked, RevokedAll, RevokeOptions } from './revoke.ts'
export type { Changed, ChangeOptions } from './room.ts'
export type { Rotated, RotateOptions } from './rotate.ts'
export type { OwnerOption } from './selector.ts'
export type { Disabled, UpdateOptions } from './standing.ts'
export {
  type AuditQuery,
  type Commit,
  type CommitOutcome,
  type EndingQuery,
  type KeyStore,
  type KeyUses,
  type ListPosition,
  type ListQuery,
  MAX_ADDRESSES,
  type OutboxEntry,
  type ReadContext,
  USAGE_DAYS,
  type UsageDay,
  type Use,
  type UseOutcome,
} from './store.ts'
export { type AddressUse, noteUse, type UseRecord } from './use-record.ts'
export type { KeyringVerifierOptions } from './verification.ts'
