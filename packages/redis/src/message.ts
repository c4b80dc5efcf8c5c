import type { Invalidation } from '@bearward/core'
import { MAX_INVALIDATIONS, MAX_MESSAGE_LENGTH, readMessage as readFields } from '@bearward/core/channel'

/** A message on the channel of changes, as it is sent. */
export interface Message {
  readonly id: string
  /** The process that sent it. */
  readonly from: string
  /** Channel on which the publisher waits for acknowledgements. */
  readonly replyTo: string
  readonly invalidations: readonly Invalidation[]
  readonly sequence?: number | undefined
}

/** A message on the channel of changes, as it is read: any client of the server may have sent it. */
export interface HeardMessage {
  readonly id: string
  readonly from: string
  readonly replyTo: string
  /** Unchecked. */
  readonly invalidations: unknown
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** Text of a message. A list that other processes would not take one by one becomes `'all'`. */
export function writeMessage(message: Message): string {
  const text = JSON.stringify(message)
  const isLong = message.invalidations.length > MAX_INVALIDATIONS || text.length > MAX_MESSAGE_LENGTH
  return isLong ? JSON.stringify({ ...message, invalidations: ['all'] }) : text
}

/**
 * Reads a message. Never throws.
 *
 * @param receipts beginning of the names of all channels for acknowledgements: a process answers on no other
 * @returns `undefined` when the text is none of ours; what it would have said is then unknown
 */
export function readMessage(text: unknown, receipts: string): HeardMessage | undefined {
  const { id, from, replyTo, invalidations } = readFields(text) ?? {}
  if (!isUuid(id) || !isUuid(from) || typeof replyTo !== 'string') return undefined
  if (!replyTo.startsWith(receipts) || !isUuid(replyTo.slice(receipts.length))) return undefined
  return { id, from, replyTo, invalidations }
}

/** A member has done what a message says. */
export interface Receipt {
  readonly messageId: string
  readonly memberId: string
}

export function writeReceipt({ messageId, memberId }: Receipt): string {
  return `${messageId} ${memberId}`
}

/** Reads a receipt. Never throws. */
export function readReceipt(text: unknown): Receipt | undefined {
  if (typeof text !== 'string' || text.length > 100) return undefined
  const [messageId, memberId, ...rest] = text.split(' ')
  return isUuid(messageId) && isUuid(memberId) && rest.length === 0 ? { messageId, memberId } : undefined
}

function isUuid(value: unknown): value is string {
  return typeof value === 'string' && UUID.test(value)
}
