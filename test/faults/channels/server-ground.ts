import { type Server, startProxy } from '@internal/services'
import type { Ground, Place } from './channel.ts'

/** A server that holds both the store and the channel, and the proxies before it. */
export async function serverGround(server: Server): Promise<Ground> {
  const proxies = [await startProxy({ to: server.port }), await startProxy({ to: server.port })]
  const [byFirst, bySecond] = proxies.map(({ port }) => withPort(server.url, port)) as [string, string]
  const place: Place = { store: server.url, channel: server.url }
  return {
    place,
    channelByProxy: { ...place, channel: byFirst },
    allByProxy: { store: bySecond, channel: bySecond },
    proxies,
    server,
    close: async () => {
      for (const proxy of proxies) await proxy.close()
      await server.close()
    },
  }
}

function withPort(url: string, port: number): string {
  const other = new URL(url)
  other.port = String(port)
  return other.href
}
