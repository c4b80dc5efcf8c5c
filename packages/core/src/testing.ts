// What a channel is tested against: `@bearward/core/testing`.

export type {
  ChannelCase,
  ChannelFault,
  ChannelHarness,
  ChannelSurroundings,
  OpenChannels,
} from './channel-cases/stage.ts'
export { channelContract } from './channel-contract.ts'
