// A process that answers every plain message, as one would write it by hand: `redis` or `postgres`, and a URL.
import { Client } from 'pg'
import { createClient } from 'redis'

const [kind, url = ''] = process.argv.slice(2)
if (kind === 'redis') {
  const client = await createClient({ url }).connect()
  const subscriber = await client.duplicate().connect()
  await subscriber.subscribe('plain', (id) => void client.publish('plain_echo', id))
} else {
  const client = new Client(url)
  await client.connect()
  client.on('notification', ({ payload }) => void client.query("select pg_notify('plain_echo', $1)", [payload]))
  await client.query('listen plain')
}
process.on('disconnect', () => process.exit())
process.send?.('ready')
