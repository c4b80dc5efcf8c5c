import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Server, startProxy, type TcpProxy } from '@internal/services'
import { Member } from './fleet.ts'
import { issueKeys } from './keys.ts'
import type { Open, Opener } from './protocol.ts'

/** Milliseconds after which a process that could have a lease, and has none, is a failure of its own. */
const LEASED_WITHIN_MS = 60_000

export interface WorldOptions {
  readonly processes: number
  readonly keys: number
  readonly leaseMs: number
  /** Whether all processes but the last reach the server itself, and not a proxy. Default false. */
  readonly isDirect?: boolean
}

/** One process of a world. */
export interface Node {
  readonly member: Member
}

/** A process, and the proxy through which alone it reaches the server. */
export interface NetworkNode extends Node {
  readonly proxy: TcpProxy
}

/** Processes that share a store and a channel; all of it real. */
export class World<N extends Node = Node> {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'faults-'))
  readonly leaseMs: number
  readonly #nodes: N[] = []
  /** Whether what is committed reaches every process although nobody publishes it. */
  readonly isDurable: boolean

  protected constructor({ leaseMs }: WorldOptions, isDurable: boolean) {
    this.leaseMs = leaseMs
    this.isDurable = isDurable
  }

  get nodes(): readonly N[] {
    return this.#nodes
  }

  /** Issues the keys, and starts the processes. */
  protected async populate(
    { processes, keys }: WorldOptions,
    issuer: Opener,
    joined: (index: number) => Promise<Omit<N, 'member'> & { readonly opener: Opener }>,
  ): Promise<void> {
    const file = join(this.folder, 'keys.json')
    const { open } = (await import(issuer.module)) as { open: Open }
    const { store, channel, close } = await open(issuer.options as never)
    await issueKeys(store, file, keys)
    await channel.close()
    await close()
    for (let index = 0; index < processes; index++) {
      const { opener, ...rest } = await joined(index)
      const history = join(this.folder, `history-${index}`)
      // Every third is a worker of the cluster module.
      const member = new Member({ keys: file, history, opener }, index % 3 === 2)
      this.#nodes.push({ ...rest, member } as unknown as N)
    }
    await Promise.all(this.nodes.map(({ member }) => member.start()))
  }

  /** Resolves when every process holds a lease. */
  async leased(): Promise<void> {
    const all = Promise.all(this.nodes.map(({ member }) => member.until(() => member.isLeased)))
    let late: NodeJS.Timeout | undefined
    const never = new Promise<never>((_, reject) => {
      const missing = () => this.nodes.flatMap(({ member }, index) => (member.isLeased ? [] : [index])).join(', ')
      late = setTimeout(() => reject(new Error(`no lease in time for process ${missing()}`)), LEASED_WITHIN_MS)
    })
    await Promise.race([all, never]).finally(() => clearTimeout(late))
  }

  get histories(): string[] {
    return this.nodes.map(({ member }) => member.config.history)
  }

  async close(): Promise<void> {
    await Promise.all(this.nodes.map(({ member }) => member.kill()))
    rmSync(this.folder, { recursive: true, force: true })
  }
}

/** A world whose channel is a server, which each process reaches through a proxy of its own. */
export class NetworkWorld extends World<NetworkNode> {
  server: Server
  readonly #options: WorldOptions

  protected constructor(options: WorldOptions, isDurable: boolean, server: Server) {
    super(options, isDurable)
    this.server = server
    this.#options = options
  }

  /** The port by which a process reaches the server. */
  portOf(index: number): number {
    return this.#portOf(index, this.nodes[index]?.proxy)
  }

  /** @param openerOf what a process opens that reaches the server at this port */
  protected async connect(options: WorldOptions, openerOf: (port: number, index: number) => Opener): Promise<void> {
    await this.populate(options, openerOf(this.server.port, 0), async (index) => {
      const proxy = await startProxy({ to: this.server.port })
      return { proxy, opener: openerOf(this.#portOf(index, proxy), index) }
    })
  }

  #portOf(index: number, proxy: TcpProxy | undefined): number {
    const { isDirect = false, processes } = this.#options
    return proxy === undefined || (isDirect && index < processes - 1) ? this.server.port : proxy.port
  }

  override async close(): Promise<void> {
    await super.close()
    await Promise.all(this.nodes.map(({ proxy }) => proxy.close()))
    await this.server.close()
  }
}
