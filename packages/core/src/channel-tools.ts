// What a channel is written with: `@bearward/core/channel`.

export { type AcknowledgementOptions, Acknowledgements, type Census, type Member } from './acknowledgements.ts'
