import { type Clock, keyFormat, localChannel, systemClock } from '@bearward/core'
import { KeyringError } from '../errors.ts'
import { storedOf } from '../key.ts'
import { createKeyring, type Keyring } from '../keyring.ts'
import { next } from '../lifecycle.ts'
import type { KeyStore } from '../store.ts'
import { expectEqual, expectRejection, expectTrue } from './expect.ts'
import type { CaseContext, StoreCase } from './harness.ts'
import { changed, entryFor, fill, NOW, renamed, revoked, sampleKey } from './sample.ts'

const format = keyFormat({ prefix: 'acme' })
const FRESH = { fresh: true } as const

/** Two keyrings on the same data, as two processes would have them. */
async function twoKeyrings({ store, openAnother }: CaseContext, clock: Clock = systemClock): Promise<Keyring[]> {
  const another = await openAnother()
  return [store, another].map((each) => createKeyring({ store: each, format, clock, channel: localChannel() }))
}

async function outcomesOf(promises: readonly Promise<unknown>[]): Promise<string[]> {
  const settled = await Promise.allSettled(promises)
  return settled.map((each) => {
    if (each.status === 'fulfilled') return 'done'
    if (each.reason instanceof KeyringError) return each.reason.code
    throw each.reason
  })
}

/** Reads again and again while `work` is under way. */
async function readWhile<T>(read: () => Promise<T> | T, work: Promise<unknown>): Promise<T[]> {
  const seen: T[] = []
  let isDone = false
  const done = work.finally(() => {
    isDone = true
  })
  while (!isDone) {
    seen.push(await read())
    await new Promise((resolve) => setTimeout(resolve, 0))
  }
  await done
  return seen
}

function versionsOf(store: KeyStore, keyId: string): Promise<number[]> {
  return store.audit({ keyId, limit: 1000 }).then((entries) => entries.map(({ version }) => version).toReversed())
}

export const raceCases: readonly StoreCase[] = [
  {
    name: 'of two rotations at once one wins, and the other is told',
    async run(context) {
      const [one, two] = (await twoKeyrings(context)) as [Keyring, Keyring]
      for (let round = 0; round < 5; round++) {
        const { key } = await one.issue({ owner: null })
        const outcomes = await outcomesOf([one.rotate(key.id), two.rotate(key.id), one.rotate(key.id)])
        expectEqual(outcomes.toSorted(), ['already_rotated', 'already_rotated', 'done'], 'the outcomes')
        const { keys } = await one.list({ limit: 500 })
        const successors = keys.filter(({ rotatedFrom }) => rotatedFrom === key.id)
        expectEqual(successors.length, 1, 'successors')
        expectEqual((await two.get(key.id))?.rotatedTo, successors[0]?.id, 'the link of the old key')
      }
    },
  },
  {
    name: 'of many issues at once with one id one wins, and the others are told',
    async run(context) {
      const [one, two] = (await twoKeyrings(context)) as [Keyring, Keyring]
      const issues = Array.from({ length: 100 }, (_, index) =>
        (index % 2 === 0 ? one : two).issue({ owner: null, id: 'key_one' }),
      )
      const outcomes = await outcomesOf(issues)
      expectEqual(outcomes.toSorted(), ['done', ...Array(99).fill('duplicate')], 'the outcomes')
      expectEqual((await two.audit({ limit: 500 })).entries.length, 1, 'entries')
      const { key } = await one.issue({ owner: null })
      const { key: other } = await two.issue({ owner: null })
      const rotations = [one.rotate(key.id, { id: 'key_next' }), two.rotate(other.id, { id: 'key_next' })]
      expectEqual((await outcomesOf(rotations)).toSorted(), ['done', 'duplicate'], 'rotations to one id')
      const linked = [await one.get(key.id), await one.get(other.id)].filter((each) => each?.rotatedTo !== null)
      expectEqual(
        linked.map((each) => each?.rotatedTo),
        ['key_next'],
        'keys with a successor',
      )
    },
  },
  {
    name: 'changes of one key at once are all written, one after the other',
    async run(context) {
      const [one, two] = (await twoKeyrings(context)) as [Keyring, Keyring]
      const { key } = await one.issue({ owner: null })
      const names = Array.from({ length: 12 }, (_, index) => `name ${index}`)
      const changes = names.map((name, index) => (index % 2 === 0 ? one : two).update(key.id, { name }))
      expectEqual(await outcomesOf(changes), Array(12).fill('done'), 'the outcomes')
      const versions = Array.from({ length: 13 }, (_, index) => index + 1)
      expectEqual(await versionsOf(context.store, key.id), versions, 'the versions in the audit trail')
      expectEqual((await two.get(key.id))?.version, 13, 'the version of the key')
    },
  },
  {
    name: 'a revocation that races with other changes is never lost, and never undone',
    async run(context) {
      const [one, two] = (await twoKeyrings(context)) as [Keyring, Keyring]
      for (let round = 0; round < 5; round++) {
        const { key } = await one.issue({ owner: null })
        const outcomes = await outcomesOf([
          one.update(key.id, { name: 'raced' }),
          two.revoke(key.id),
          one.disable(key.id),
          two.rotate(key.id),
          one.enable(key.id),
        ])
        expectEqual(outcomes[1], 'done', 'the revocation')
        expectEqual((await one.get(key.id))?.state, 'revoked', 'the key')
        const versions = await versionsOf(context.store, key.id)
        expectEqual(
          versions,
          versions.map((_, index) => index + 1),
          'the versions in the audit trail',
        )
      }
    },
  },
  {
    name: 'a chain that is revoked while it is rotated leaves no older key, and with all of it no newer one',
    async run(context) {
      const [one, two] = (await twoKeyrings(context)) as [Keyring, Keyring]
      for (const chain of ['predecessors', 'all', 'predecessors', 'all'] as const) {
        const { key: first } = await one.issue({ owner: `owner_${chain}` })
        const { key: second } = await two.rotate(first.id)
        const { key: third } = await one.rotate(second.id)
        const outcomes = await outcomesOf([
          one.revoke(third.id, { chain, actor: 'alice' }),
          two.rotate(third.id),
          two.update(first.id, { name: 'raced' }),
          one.disable(second.id),
          two.revoke(third.id, { chain, actor: 'bob' }),
        ])
        expectEqual([outcomes[0], outcomes[4]], ['done', 'done'], 'the revocations')
        const keys = (await Promise.all([first, second, third].map(({ id }) => two.get(id)))).filter(
          (key) => key !== null,
        )
        expectEqual(
          keys.map(({ state }) => state),
          ['revoked', 'revoked', 'revoked'],
          'the key and those that it has replaced',
        )
        const successor = keys[2]?.rotatedTo ?? null
        if (successor !== null) {
          const state = (await one.get(successor))?.state
          expectEqual(state, chain === 'all' ? 'revoked' : 'active', 'the successor')
        }
        const entries = (await one.audit({ owner: `owner_${chain}`, action: 'revoked', limit: 100 })).entries
        const ids = entries.map(({ keyId }) => keyId)
        expectEqual(new Set(ids).size, ids.length, 'keys with one entry of their revocation')
        expectTrue(
          entries.every(({ actor }) => actor === 'alice' || actor === 'bob'),
          'each entry names an actor',
        )
      }
    },
  },
  {
    name: 'a change of an owner between a check and a change is seen: the key is not there for the old one',
    async run(context) {
      const [one, two] = (await twoKeyrings(context)) as [Keyring, Keyring]
      const { key } = await one.issue({ owner: 'acct_1' })
      const row = await context.store.findById(key.id)
      if (row === null) throw new Error('the key is not there')
      const moved = { ...next(storedOf(row), { owner: 'acct_2' }) }
      const moving = context.store.commit(changed(moved, entryFor(moved)))
      const outcomes = await outcomesOf([two.forOwner('acct_1').revoke(key.id), moving])
      const found = await one.get(key.id)
      // The one came first or the other: the commit of the one that came later was for a version that is no more.
      const isRevoked = found?.state === 'revoked'
      expectEqual(outcomes[0], isRevoked ? 'done' : 'not_found', 'the revocation')
      expectEqual(found?.owner, isRevoked ? 'acct_1' : 'acct_2', 'the owner')
      expectEqual((await moving).status, isRevoked ? 'conflict' : 'committed', 'the change of the owner')
      expectEqual((await one.audit({ keyId: key.id, action: 'revoked' })).entries.length, isRevoked ? 1 : 0, 'entries')
    },
  },
  {
    name: 'a read that races with a revocation sees the one or the other, and after it the revocation alone',
    async run({ store, openAnother }) {
      const reader = await openAnother()
      const key = sampleKey()
      await fill(store, key)
      const seen = await readWhile(() => reader.findByDigest([key.digest], FRESH), store.commit(revoked(key)))
      const states = seen.map((row) => row?.revokedAt ?? 'open')
      expectTrue(states.lastIndexOf('open') < (states.indexOf(NOW) + 1 || Number.POSITIVE_INFINITY), 'a key came back')
      expectEqual((await reader.findByDigest([key.digest], FRESH))?.revokedAt, NOW, 'a fresh read after the commit')
    },
  },
  {
    name: 'uses that race with a revocation do not undo it',
    async run({ store, openAnother }) {
      const other = await openAnother()
      const key = sampleKey()
      await fill(store, key)
      const uses = Array.from({ length: 20 }, (_, index) => ({ keyId: key.id, at: NOW + index, from: `::${index}` }))
      await Promise.all([store.commit(revoked(key)), ...uses.map((use) => other.recordUse([use]))])
      const found = await store.findById(key.id)
      expectEqual([found?.revokedAt, found?.version, found?.lastUsedAt], [NOW, 2, NOW + 19], 'the key')
    },
  },
  {
    name: 'commits at once are numbered without gaps, each key with a place of its own',
    async run({ store, openAnother }) {
      const other = await openAnother()
      const keys = Array.from({ length: 20 }, () => sampleKey())
      await Promise.all(keys.map((key, index) => fill(index % 2 === 0 ? store : other, key)))
      const sequences = (await store.audit({ limit: 100 })).map(({ sequence }) => sequence)
      expectEqual(
        sequences,
        keys.map((_, index) => 20 - index),
        'the sequences',
      )
    },
  },
  {
    name: 'a number is visible only when all lower ones are',
    async run({ store, openAnother }) {
      const other = await openAnother()
      const reader = await openAnother()
      const keys = Array.from({ length: 30 }, () => sampleKey())
      const work = Promise.all(keys.map((key, index) => fill(index % 2 === 0 ? store : other, key)))
      const seen = await readWhile(async () => (await reader.audit({ limit: 100 })).map((each) => each.sequence), work)
      for (const sequences of seen) {
        expectEqual(
          sequences,
          sequences.map((_, index) => sequences.length - index),
          'what a reader saw',
        )
      }
    },
  },
  {
    name: 'a clock that goes backwards loses nothing and revives nothing',
    async run(context) {
      let now = NOW
      const clock: Clock = { ...systemClock, now: () => now }
      const [one] = (await twoKeyrings(context, clock)) as [Keyring]
      const { key } = await one.issue({ owner: null, expiresInMs: 1000 })
      const { key: other } = await one.issue({ owner: null })
      now += 2000
      await one.expireDue()
      await one.revoke(other.id)
      now -= 60_000
      expectEqual((await one.get(key.id))?.state, 'expired', 'the key that had expired')
      expectEqual((await one.get(other.id))?.state, 'revoked', 'the key that was revoked')
      const error = await expectRejection(() => one.update(key.id, { expiresAt: null }), 'a change of an ended key')
      expectTrue(error instanceof KeyringError && error.code === 'ended', 'the error says that the key has ended')
      const { key: late } = await one.issue({ owner: null })
      expectEqual((await one.get(late.id))?.createdAt, now, 'a key that was issued at an earlier time')
      const actions = (await one.audit({ limit: 10 })).entries.map(({ action }) => action)
      expectEqual(actions, ['issued', 'revoked', 'expired', 'issued', 'issued'], 'the order of the audit trail')
    },
  },
  {
    name: 'an update that was overtaken is not written over the one that overtook it',
    async run({ store, openAnother }) {
      const other = await openAnother()
      const key = sampleKey()
      await fill(store, key)
      const outcomes = await Promise.all([store.commit(renamed(key, 'one')), other.commit(renamed(key, 'two'))])
      expectEqual(outcomes.map(({ status }) => status).toSorted(), ['committed', 'conflict'], 'the outcomes')
      const winner = outcomes[0]?.status === 'committed' ? 'one' : 'two'
      expectEqual((await store.findById(key.id))?.name, winner, 'the name')
    },
  },
]
