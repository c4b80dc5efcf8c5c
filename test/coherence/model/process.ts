import { type Channel, createVerifier, type Verdict, type Verifier } from '@bearward/core'
import type { Host } from './host.ts'
import type { Link } from './network.ts'
import { ofRequest } from './request.ts'
import type { Row, Store } from './store.ts'

/** Key k3 has a digest of threes: hex, as the cache expects. */
export function digestOf(id: string): string {
  return id.slice(1).repeat(64)
}

const digester = { digest: (token: string): string => digestOf(token.slice('token_'.length)), older: [] }

/** A token that the header's grammar takes. */
export function tokenOf(id: string): string {
  return `Bearer token_${id}`
}

interface World {
  readonly host: Host
  readonly link: Link
  readonly store: Store
  readonly channel: Channel
  readonly maxAgeMs: number
  readonly slowMs: () => number
  readonly loss: () => number
}

/** How long a read may take before it is given up. */
export const DEADLINE_MS = 700

/** The real verifier, in a process of this world. */
export function verifierOf({ host, link, store, channel, maxAgeMs, slowMs, loss }: World): Verifier<Row> {
  const verifier = createVerifier<Row>({
    resolve: (digest, { fresh }) => ofRequest(link.ask(host, loss(), () => store.find(digest, fresh), slowMs())),
    cache: { max: 100, channel: channelOfRequests(channel), maxAgeMs },
    digest: digester,
    deadlineMs: DEADLINE_MS,
    clock: host,
  })
  // Somebody listens, so no warning is printed.
  verifier.on('failed', () => {})
  return verifier
}

/** A proof that a request has asked for is that request's own. */
function channelOfRequests(channel: Channel): Channel {
  return {
    leaseMs: channel.leaseMs,
    durable: channel.durable,
    publish: (change, options) => channel.publish(change, options),
    close: () => channel.close(),
    subscribe(subscriber) {
      const subscription = channel.subscribe(subscriber)
      return { prove: () => ofRequest(subscription.prove()), close: () => subscription.close() }
    },
  }
}

export type Outcome = 'accepted' | 'refused' | 'unavailable'

export function outcomeOf(verdict: Verdict<Row>): Outcome {
  if (verdict.ok) return 'accepted'
  return verdict.denial.code === 'unavailable' ? 'unavailable' : 'refused'
}
