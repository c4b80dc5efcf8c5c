import { setTimeout as wait } from 'node:timers/promises'
import { type Server, startRedis } from '@internal/services'
import { Redis } from 'ioredis'

/** A cluster of three primaries without replicas. */
export interface RedisCluster {
  readonly ports: readonly number[]
  /** Moves a key's slot to another node, as an operator does who adds one. */
  moveSlotOf(key: string): Promise<void>
  close(): Promise<void>
}

const SLOTS = 16_384

export async function startCluster(): Promise<RedisCluster> {
  const servers = await Promise.all([1, 2, 3].map(() => startRedis({ cluster: true })))
  const nodes = servers.map(({ port }) => new Redis(port, '127.0.0.1'))
  const [first] = nodes as [Redis]
  for (const [index, node] of nodes.entries()) {
    const from = Math.floor((SLOTS / nodes.length) * index)
    const to = Math.floor((SLOTS / nodes.length) * (index + 1)) - 1
    await node.call('CLUSTER', 'ADDSLOTSRANGE', String(from), String(to))
    const [, busPort] = (await node.call('CONFIG', 'GET', 'cluster-port')) as string[]
    if (node !== first) await first.call('CLUSTER', 'MEET', '127.0.0.1', String(servers[index]?.port), String(busPort))
  }
  for (const node of nodes) await settled(node, nodes.length)
  return {
    ports: servers.map(({ port }) => port),
    moveSlotOf: (key) => moveSlot(nodes, servers, key),
    close: async () => {
      for (const node of nodes) node.disconnect()
      await Promise.all(servers.map((server) => server.close()))
    },
  }
}

async function settled(node: Redis, size: number): Promise<void> {
  for (;;) {
    const info = String(await node.call('CLUSTER', 'INFO'))
    if (info.includes('cluster_state:ok') && info.includes(`cluster_known_nodes:${size}`)) return
    await wait(20)
  }
}

async function moveSlot(nodes: readonly Redis[], servers: readonly Server[], key: string): Promise<void> {
  const slot = Number(await nodes[0]?.call('CLUSTER', 'KEYSLOT', key))
  const ids = await Promise.all(nodes.map(async (node) => String(await node.call('CLUSTER', 'MYID'))))
  const ranges = (await nodes[0]?.call('CLUSTER', 'SLOTS')) as [number, number, [string, number, string]][]
  const owner = ids.indexOf(ranges.find(([from, to]) => slot >= from && slot <= to)?.[2][2] ?? '')
  const target = (owner + 1) % nodes.length
  const [source, sink] = [nodes[owner], nodes[target]] as [Redis, Redis]
  await sink.call('CLUSTER', 'SETSLOT', String(slot), 'IMPORTING', ids[owner] ?? '')
  await source.call('CLUSTER', 'SETSLOT', String(slot), 'MIGRATING', ids[target] ?? '')
  const keys = (await source.call('CLUSTER', 'GETKEYSINSLOT', String(slot), '10')) as string[]
  if (keys.length > 0)
    await source.call('MIGRATE', '127.0.0.1', String(servers[target]?.port), '', '0', '1000', 'KEYS', ...keys)
  for (const node of [sink, source, ...nodes])
    await node.call('CLUSTER', 'SETSLOT', String(slot), 'NODE', ids[target] ?? '')
}
