// What a channel is written with: `@bearward/core/channel`.

export { type AcknowledgementOptions, Acknowledgements, type Census, type Member } from './acknowledgements.ts'
export {
  MAX_INVALIDATIONS,
  MAX_MESSAGE_LENGTH,
  type MessageFields,
  readInvalidations,
  readMessage,
} from './channel-message.ts'
export { type Subscribed, Subscribers } from './subscribers.ts'
