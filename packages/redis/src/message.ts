import type { Invalidation } from '@bearward/core'

/** What one process tells all others. */
export interface Message {
  readonly id: string
  /** The process that sent it. */
  readonly from: string
  /** The channel on which it waits to hear that others have done what it says. */
  readonly replyTo: string
  readonly invalidations: readonly Invalidation[]
  readonly sequence?: number | undefined
}

/** @throws Error when the text is none of ours; what it would have said is then unknown */
export function readMessage(text: string): Message {
  const message = JSON.parse(text) as Partial<Message> | null
  const isMessage =
    typeof message?.id === 'string' &&
    typeof message.from === 'string' &&
    typeof message.replyTo === 'string' &&
    Array.isArray(message.invalidations)
  if (!isMessage) throw new Error('redisChannel: a message on the channel is not of this version')
  return message as Message
}

/** A member has done what a message says. */
export interface Receipt {
  readonly messageId: string
  readonly memberId: string
}

export function writeReceipt({ messageId, memberId }: Receipt): string {
  return `${messageId} ${memberId}`
}

export function readReceipt(text: string): Receipt {
  const [messageId = '', memberId = ''] = text.split(' ')
  return { messageId, memberId }
}
