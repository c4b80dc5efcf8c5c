import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Denial, type Principal, ScopeSet, type Verifier } from '@bearward/core'

/** An application told without its framework: what stands on every path below it, its routes, and areas inside. */
export interface Area {
  readonly path: string
  readonly steps?: readonly Step[]
  readonly routes?: readonly Route[]
  readonly areas?: readonly Area[]
}

/** The whole application. */
export interface App extends Omit<Area, 'path'> {
  /** Whether the framework's CORS middleware stands in front, letting `CORS_ORIGIN` in. */
  readonly cors?: boolean
}

export interface Route {
  readonly path: string
  readonly steps?: readonly Step[]
  /** Answers every method. */
  readonly handler: (call: Call) => Reply | Promise<Reply>
}

export type Step = Authenticate | RequireScopes | Claim

/** `authenticate(verifier, options)`. */
export interface Authenticate {
  readonly step: 'authenticate'
  readonly verifier: Verifier
  readonly optional?: boolean
  readonly preflight?: boolean
  /** `own`: answers 418 and the code. `hand on`: to the framework's error handler, which answers 502 and the code. */
  readonly onDenied?: 'own' | 'hand on'
}

/** `requireScopes(...scopes)` or `requireScopes.any(...scopes)`; with `verifier`, that of its `authenticate()`. */
export interface RequireScopes {
  readonly step: 'requireScopes'
  readonly verifier?: Verifier
  readonly mode: 'all' | 'any'
  readonly scopes: readonly string[]
}

/** The application writes a principal of its own to where the adapter puts one: `req.auth` and its like. */
interface Claim {
  readonly step: 'claim'
}

/** A request as a handler sees it. */
export interface Call {
  readonly method: string
  readonly query: string
  field(name: string): string | undefined
  /** Read anew each time, as a handler does that awaits something in between. */
  principal(): Principal | undefined
  /** The same by the accessor that belongs to the `authenticate()` of a verifier. */
  principalOf(verifier: Verifier): Principal | undefined
}

/** The text of a 200, or a status with its text. */
export type Reply = string | { readonly status: number; readonly text: string }

/** An application that listens. */
export interface Running {
  readonly server: Server
  readonly port: number
  /** What reached the framework's error handler. Those that were not denials were answered 500 `fault`. */
  readonly faults: readonly unknown[]
  stop(): Promise<void>
}

/** What a framework must bring to be held to the contract. */
export interface Harness {
  readonly name: string
  start(app: App): Promise<Running>
}

export const CORS_ORIGIN = 'https://app.example'

/** What an application that trusts itself too much would write; no scope of it may count. */
export const CLAIMED = {
  keyId: 'claimed',
  scopes: new ScopeSet(['posts:read', 'posts:write', 'admin']),
} as unknown as Principal

/** A denial on its way through an error handler that takes errors alone. */
export class HandedOn extends Error {
  readonly denial: Denial

  constructor(denial: Denial) {
    super('handed on')
    this.denial = denial
  }
}

/** What every framework's error handler answers. */
export function faultReply(fault: unknown): { status: number; text: string } {
  if (fault instanceof HandedOn) return { status: 502, text: `handed on: ${fault.denial.code}` }
  return { status: 500, text: 'fault' }
}

/** What `onDenied: 'own'` answers. */
export function ownReply(denial: Denial): { status: number; text: string } {
  return { status: 418, text: `own: ${denial.code}` }
}

export function replyOf(reply: Reply): { status: number; text: string } {
  return typeof reply === 'string' ? { status: 200, text: reply } : reply
}

export async function listen(server: Server, faults: readonly unknown[]): Promise<Running> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    server,
    faults,
    port: (server.address() as AddressInfo).port,
    async stop() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}
