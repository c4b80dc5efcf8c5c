import { KeyringError } from './errors.ts'
import { endOf, type KeyState, type StoredKey, stateOf } from './key.ts'

/** What can be done to a key that there is. */
export type KeyAction = 'update' | 'disable' | 'enable' | 'rotate' | 'revoke'

/** What an action does in a state: it is done, there is nothing to do, or it is an error of this code. */
export type Rule = 'done' | 'nothing' | 'already_rotated' | 'ended' | 'revoked' | 'disabled'

/** The whole life of a key; `docs/keyring.md` repeats it and a test compares them. */
export const TRANSITIONS: Readonly<Record<KeyState, Readonly<Record<KeyAction, Rule>>>> = Object.freeze({
  scheduled: { update: 'done', disable: 'done', enable: 'nothing', rotate: 'done', revoke: 'done' },
  active: { update: 'done', disable: 'done', enable: 'nothing', rotate: 'done', revoke: 'done' },
  retiring: { update: 'done', disable: 'done', enable: 'nothing', rotate: 'already_rotated', revoke: 'done' },
  disabled: { update: 'done', disable: 'nothing', enable: 'done', rotate: 'disabled', revoke: 'done' },
  expired: { update: 'ended', disable: 'ended', enable: 'ended', rotate: 'ended', revoke: 'done' },
  retired: { update: 'ended', disable: 'ended', enable: 'ended', rotate: 'already_rotated', revoke: 'done' },
  revoked: { update: 'revoked', disable: 'revoked', enable: 'revoked', rotate: 'revoked', revoke: 'nothing' },
})

const REFUSALS = {
  already_rotated: 'the key has a successor already; rotate that one',
  ended: 'the key has ended; issue a new one',
  revoked: 'the key is revoked, for good; issue a new one',
  disabled: 'the key is disabled; enable it first',
} as const

/**
 * Whether there is anything to do.
 *
 * @throws {KeyringError} when the key's state forbids it
 */
export function mayChange(action: KeyAction, key: StoredKey, now: number): boolean {
  const state = stateOf(key, now)
  // A disabled or expired key may have a successor too, which its state does not show.
  const isRotated = action === 'rotate' && key.rotatedTo !== null && state !== 'revoked'
  const rule = isRotated ? 'already_rotated' : TRANSITIONS[state][action]
  if (rule === 'done') return true
  if (rule === 'nothing') return false
  throw new KeyringError(`${action}: ${REFUSALS[rule]}`, { code: rule })
}

/** A key with some fields changed, as its next version. */
export function next(key: StoredKey, changes: Partial<StoredKey>): StoredKey {
  return { ...key, ...changes, version: key.version + 1 }
}

/** The action by which the audit trail names the end of a key. */
export function endingAction(key: StoredKey): 'retired' | 'expired' {
  const end = endOf(key)
  return key.rotatedTo !== null && (end === null || end === key.graceEndsAt) ? 'retired' : 'expired'
}

/** What a rotation makes of a key and its successor. */
export interface RotationPlan {
  readonly successorId: string
  readonly graceMs: number
  readonly endOnFirstUse: boolean
  readonly now: number
}

/**
 * The key that was rotated: it works until its grace ends. Without grace it ends here and now, whatever a clock says
 * later.
 */
export function retiring(key: StoredKey, { successorId, graceMs, now }: RotationPlan): StoredKey {
  return next(key, { rotatedTo: successorId, graceEndsAt: now + graceMs, endedAt: graceMs === 0 ? now : null })
}

/** What the successor takes over: everything that is not of one token or one moment. */
export function succeeding(
  key: StoredKey,
  plan: RotationPlan,
): Omit<StoredKey, 'digest' | 'secretHash' | 'hint' | 'expiresAt'> {
  return {
    id: plan.successorId,
    name: key.name,
    owner: key.owner,
    environment: key.environment,
    scopes: key.scopes,
    metadata: key.metadata,
    createdAt: plan.now,
    notBefore: key.notBefore !== null && key.notBefore > plan.now ? key.notBefore : null,
    disabledAt: null,
    revokedAt: null,
    endedAt: null,
    announcedAt: null,
    rotatedFrom: key.id,
    rotatedTo: null,
    graceEndsAt: null,
    endsPredecessor: plan.endOnFirstUse && plan.graceMs > 0,
    version: 1,
  }
}
