// What a channel is tested against: `@bearward/core/testing`.

export { channelContract } from './channel-contract.ts'
export type { ChannelCase, ChannelHarness, OpenChannels } from './channel-stage.ts'
