import { brokenProofCases } from './channel-cases/broken-proofs.ts'
import { confirmationCases } from './channel-cases/confirmation.ts'
import { faultCases } from './channel-cases/faults.ts'
import { membershipCases } from './channel-cases/membership.ts'
import { orderCases } from './channel-cases/order.ts'
import { type ChannelCase, type ChannelHarness, onStage } from './channel-cases/stage.ts'

/**
 * The contract of a `Channel`, as cases for any test runner. Each opens channels of its own, and waits in real time. The name
 * of a case is the promise that it holds the channel to. Beside that, every case holds each proof and each confirmation
 * against the guarantee, as a verifier relies on it.
 *
 * @param harness how to open channels that reach each other, and what faults it can make
 * @returns cases to be registered one by one; `run` rejects when the channel does not keep the contract. Those that need
 *   a fault that the harness does not offer are left out
 * @example
 * ```ts
 * import { test } from 'node:test'
 * import { localChannel } from '@bearward/core'
 * import { channelContract } from '@bearward/core/testing'
 *
 * const open = () => {
 *   const channel = localChannel()
 *   return { channel: () => channel }
 * }
 * for (const { name, run } of channelContract({ open })) test(name, run)
 * ```
 */
export function channelContract(harness: ChannelHarness): readonly ChannelCase[] {
  return [...confirmationCases, ...orderCases, ...membershipCases, ...faultCases, ...brokenProofCases]
    .filter(({ needs = [] }) => needs.every((each) => harness.offers?.includes(each)))
    .map((staged) => ({ name: staged.name, run: () => onStage(harness, staged) }))
}
