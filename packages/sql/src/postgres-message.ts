import { createHmac } from 'node:crypto'
import type { Invalidation } from '@bearward/core'
import { readMessage } from '@bearward/core/channel'

/** Bytes of a payload that the channel uses; PostgreSQL takes less than 8000. */
export const MAX_PAYLOAD = 7000

/** Where a process hears what is meant for it alone. */
const OWN_CHANNEL = /^bearward_to_[0-9a-f]{24}$/
const NAME = /^[\w-]{1,64}$/

/** A message on the channel of changes, as it is sent. The store's own messages ask for no acknowledgement. */
export interface ChangeMessage {
  readonly sequence?: number | undefined
  readonly invalidations: readonly Invalidation[]
  /** Channel on which the publisher waits for acknowledgements, and its name for the message. */
  readonly replyTo?: string
  readonly id?: string
}

/** A message on the channel of changes, as it is read. */
export interface HeardChange {
  /** Unchecked; `undefined` when nothing of the message could be read. */
  readonly invalidations: unknown
  /** `undefined` when the publisher asks for no acknowledgement, or not in a way that is understood. */
  readonly reply: { readonly to: string; readonly id: string } | undefined
}

/** Reads a payload that any role of the database may have sent. Never throws. */
export function readChange(payload: unknown): HeardChange {
  const { invalidations, replyTo, id } = readMessage(payload) ?? {}
  const isReply = typeof replyTo === 'string' && OWN_CHANNEL.test(replyTo) && typeof id === 'string' && NAME.test(id)
  return { invalidations, reply: isReply ? { to: replyTo, id } : undefined }
}

/** A message to one process. */
export type OwnMessage =
  | { readonly proof: string }
  /** `member` is made by `acknowledgementOf()`. */
  | { readonly acknowledges: string; readonly member: string }

/** Reads a payload that any role of the database may have sent. Never throws. */
export function readOwn(payload: unknown): OwnMessage | undefined {
  const { proof, acknowledges, member } = readMessage(payload) ?? {}
  if (typeof proof === 'string') return { proof }
  if (typeof acknowledges !== 'string' || typeof member !== 'string' || !NAME.test(member)) return undefined
  return { acknowledges, member }
}

/**
 * Acknowledgement of one message by one member. Every role of the database may send notifications and hear them. The id
 * of a member stands in a table that needs rights, and never in a notification, so no other role can make this.
 */
export function acknowledgementOf(memberId: string, messageId: string): string {
  return createHmac('sha256', memberId).update(messageId).digest('hex')
}
