// A process of the benchmark: a verifier on the channel, and beside it an echo over plain publish/subscribe.
import { createVerifier } from '@bearward/core'
import { createClient } from 'redis'
import { type ChannelOptions, openChannel } from './channel.ts'

const options = JSON.parse(process.argv[2] ?? '') as ChannelOptions & { plainUrl: string }
const { channel } = await openChannel(options)
const verifier = createVerifier({ resolve: () => ({ id: 'key_1' }), cache: { max: 100, channel } })
verifier.on('lease', ({ outcome }) => {
  if (outcome === 'gained') process.send?.('leased')
})

const client = await createClient({ url: options.plainUrl }).connect()
const subscriber = await client.duplicate().connect()
await subscriber.subscribe('plain', (id) => void client.publish('plain:echo', id))
process.on('disconnect', () => process.exit())
