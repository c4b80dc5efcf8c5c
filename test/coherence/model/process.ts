import { type Channel, createVerifier, type Verdict, type Verifier } from '@bearward/core'
import type { Host } from './host.ts'
import type { Link } from './network.ts'
import type { Row, Store } from './store.ts'

/** The digest of a token, spelt so that a trace can be read. */
export const digester = { digest: (token: string): string => token.replace('token_', 'digest-'), older: [] }

export function digestOf(id: string): string {
  return `digest-${id}`
}

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
    resolve: (digest, { fresh }) => link.ask(host, loss(), () => store.find(digest, fresh), slowMs()),
    cache: { max: 100, channel, maxAgeMs },
    digest: digester,
    deadlineMs: DEADLINE_MS,
    clock: host,
  })
  // Somebody listens, so no warning is printed.
  verifier.on('failed', () => {})
  return verifier
}

export type Outcome = 'accepted' | 'refused' | 'unavailable'

export function outcomeOf(verdict: Verdict<Row>): Outcome {
  if (verdict.ok) return 'accepted'
  return verdict.denial.code === 'unavailable' ? 'unavailable' : 'refused'
}
