import { auditOf } from '../audit.ts'
import { next } from '../lifecycle.ts'
import type { CommitOutcome, KeyStore } from '../store.ts'
import { expectEqual, expectRejection, expectTrue } from './expect.ts'
import type { StoreCase } from './harness.ts'
import { changed, entryFor, fill, issued, NOW, renamed, revoked, sampleKey } from './sample.ts'

async function countEntries(store: KeyStore): Promise<number> {
  return (await store.audit({ limit: 1000 })).length
}

function sequenceOf(outcome: CommitOutcome): number {
  expectEqual(outcome.status, 'committed', 'the commit')
  return outcome.status === 'committed' ? outcome.sequence : Number.NaN
}

export const commitCases: readonly StoreCase[] = [
  {
    name: 'a commit answers the sequence of its last entry, and entries are numbered without gaps',
    async run({ store }) {
      const [one, two, three] = [sampleKey(), sampleKey(), sampleKey()]
      expectEqual(sequenceOf(await store.commit(issued(one))), 1, 'the first sequence')
      expectEqual(sequenceOf(await store.commit(issued(two, three))), 3, 'the sequence of two entries')
      await store.commit(issued(sampleKey({ id: one.id })))
      expectEqual(sequenceOf(await store.commit(revoked(one))), 4, 'the sequence after a commit that was refused')
      const entries = await store.audit({ limit: 10 })
      expectEqual(
        entries.map(({ sequence, keyId, action }) => [sequence, keyId, action]),
        [
          [4, one.id, 'revoked'],
          [3, three.id, 'issued'],
          [2, two.id, 'issued'],
          [1, one.id, 'issued'],
        ],
        'audit, newest first',
      )
    },
  },
  {
    name: 'an audit entry comes back as it was given',
    async run({ store }) {
      const key = sampleKey({ metadata: { team: 'a' } })
      const after = next(key, { metadata: { team: 'ü', list: [1] }, scopes: [] })
      const by = { actor: "o'hara", from: '::1', reason: 'because "x"\n鍵' }
      await fill(store, key)
      const entry = auditOf('updated', key, after, NOW + 7, by)
      await store.commit(changed(after, entry))
      expectEqual((await store.audit({ limit: 1 }))[0], { ...entry, sequence: 2 }, 'the entry')
    },
  },
  {
    name: 'the audit trail is selected by key, owner, actor, action and place',
    async run({ store }) {
      const one = sampleKey({ owner: 'acct_a' })
      const two = sampleKey({ owner: 'acct_b' })
      await fill(store, one, two)
      await store.commit(revoked(one))
      const sequences = async (query: Parameters<KeyStore['audit']>[0]): Promise<number[]> =>
        (await store.audit(query)).map(({ sequence }) => sequence)
      expectEqual(await sequences({ keyId: one.id, limit: 10 }), [3, 1], 'by key')
      expectEqual(await sequences({ owner: 'acct_b', limit: 10 }), [2], 'by owner')
      expectEqual(await sequences({ actor: 'alice', limit: 10 }), [3], 'by actor')
      expectEqual(await sequences({ action: 'issued', limit: 10 }), [2, 1], 'by action')
      expectEqual(await sequences({ before: 3, limit: 1 }), [2], 'before a place')
      expectEqual(await sequences({ keyId: one.id, action: 'issued', before: 3, limit: 10 }), [1], 'by all at once')
    },
  },
  {
    name: 'the audit trail is selected byte for byte',
    async run({ store }) {
      const keys = ['acct_a', 'acct_A', 'acct_á', 'acct_a '].map((owner) => sampleKey({ owner }))
      for (const key of keys) {
        const by = { actor: `by ${key.owner}` }
        await store.commit({ ...issued(key), audit: [auditOf('issued', undefined, key, NOW, by)] })
      }
      for (const [index, { owner }] of keys.entries()) {
        const query = { owner: owner ?? '', actor: `by ${owner}`, limit: 10 }
        for (const each of [query, { ...query, actor: undefined }, { ...query, owner: undefined }]) {
          const sequences = (await store.audit(each)).map(({ sequence }) => sequence)
          expectEqual(sequences, [index + 1], `entries by ${JSON.stringify(each)}`)
        }
      }
    },
  },
  {
    name: 'a commit that is refused leaves no key, no entry and nothing in the outbox',
    async run({ store }) {
      const key = sampleKey()
      await fill(store, key)
      const created = sampleKey()
      const refused = [
        { ...issued(created, sampleKey({ digest: key.digest })), outbox: true },
        { ...renamed({ ...key, version: 7 }, 'ahead'), create: [created], outbox: true },
        { ...renamed(sampleKey(), 'no such key'), create: [created], outbox: true },
      ]
      for (const commit of refused) {
        expectTrue((await store.commit(commit)).status !== 'committed', 'expected that the commit was refused')
        expectEqual(await store.findById(created.id), null, 'the key that was to be created')
        expectEqual((await store.findById(key.id))?.version, 1, 'the version of the key that was there')
        expectEqual(await countEntries(store), 1, 'entries')
        expectEqual(await store.outbox({ limit: 10 }), [], 'the outbox')
      }
      expectEqual(sequenceOf(await store.commit(issued(created))), 2, 'the sequence of the next commit')
    },
  },
  {
    name: 'a taken id or digest is told apart, and nothing is written',
    async run({ store }) {
      const key = sampleKey()
      await fill(store, key)
      const sameId = sampleKey({ id: key.id })
      const sameDigest = sampleKey({ digest: key.digest })
      const fresh = sampleKey()
      expectEqual(await store.commit(issued(sameId)), { status: 'duplicate', field: 'id' }, 'a taken id')
      expectEqual(await store.commit(issued(sameDigest)), { status: 'duplicate', field: 'digest' }, 'a taken digest')
      expectEqual((await store.commit(issued(fresh, sameDigest))).status, 'duplicate', 'a good key and a bad one')
      expectEqual(await store.findById(fresh.id), null, 'the good key')
      const twin = sampleKey({ digest: fresh.digest })
      expectEqual((await store.commit(issued(fresh, twin))).status, 'duplicate', 'two with one digest in one commit')
      expectEqual(await countEntries(store), 1, 'entries')
    },
  },
  {
    name: 'an update of another version is a conflict, and nothing is written',
    async run({ store }) {
      const key = sampleKey()
      const bystander = sampleKey()
      await fill(store, key, bystander)
      await store.commit(renamed(key, 'first'))
      expectEqual(await store.commit(renamed(key, 'second')), { status: 'conflict', keyId: key.id }, 'an old version')
      const ahead = renamed({ ...key, version: 5 }, 'ahead')
      expectEqual(await store.commit(ahead), { status: 'conflict', keyId: key.id }, 'a version ahead')
      const nobody = sampleKey()
      expectEqual(await store.commit(renamed(nobody, 'x')), { status: 'conflict', keyId: nobody.id }, 'no such key')

      const created = sampleKey()
      const both = {
        create: [created],
        update: [next(bystander, { name: 'changed' }), next(key, { name: 'second' })],
        audit: [entryFor(created)],
        invalidations: [],
        outbox: true,
      }
      expectEqual(await store.commit(both), { status: 'conflict', keyId: key.id }, 'one of two')
      expectEqual(await store.findById(created.id), null, 'the key that was to be created')
      expectEqual((await store.findById(bystander.id))?.name, bystander.name, 'the key beside')
      expectEqual((await store.findById(key.id))?.name, 'first', 'the key')
      expectEqual(await countEntries(store), 3, 'entries')
    },
  },
  {
    name: 'many keys in one commit are all written',
    async run({ store }) {
      const keys = Array.from({ length: 100 }, () => sampleKey())
      expectEqual(sequenceOf(await store.commit(issued(...keys))), 100, 'the sequence')
      const update = keys.map((key) => next(key, { revokedAt: NOW }))
      const audit = keys.map((key, index) => auditOf('revoked', key, update[index] ?? key, NOW, {}))
      const all = { create: [], update, audit, invalidations: [{ owner: 'acct_1' }], outbox: false }
      expectEqual(sequenceOf(await store.commit(all)), 200, 'the sequence')
      const left = await store.list({ state: 'active', now: NOW, limit: 200 })
      expectEqual(left.length, 0, 'keys that are still active')
    },
  },
  {
    name: 'the outbox keeps what is to be published until it is taken out',
    async run({ store }) {
      const [one, two, silent] = [sampleKey(), sampleKey(), sampleKey()]
      await store.commit({ ...issued(one), outbox: true })
      await store.commit(issued(silent))
      await store.commit({ ...issued(two), invalidations: [{ id: two.id }, { owner: 'acct_1' }], outbox: true })
      await store.commit({ ...issued(sampleKey({ id: one.id })), outbox: true })
      const first = { sequence: 1, invalidations: [{ id: one.id }] }
      const second = { sequence: 3, invalidations: [{ id: two.id }, { owner: 'acct_1' }] }
      expectEqual(await store.outbox({ limit: 10 }), [first, second], 'the outbox, oldest first')
      expectEqual(await store.outbox({ limit: 1 }), [first], 'one of them')
      expectEqual(await store.outbox({ remove: [1, 99], limit: 10 }), [second], 'after one was taken out')
      expectEqual(await store.outbox({ remove: [3], limit: 10 }), [], 'after all were taken out')
    },
  },
  {
    name: 'a connection lost in the middle of a commit leaves nothing half-written',
    needs: 'interruptNextCommit',
    async run({ store, interruptNextCommit }) {
      const key = sampleKey()
      await fill(store, key)
      const successor = sampleKey({ rotatedFrom: key.id })
      const previous = next(key, { rotatedTo: successor.id })
      const rotation = {
        create: [successor],
        update: [previous],
        audit: [auditOf('rotated', key, previous, NOW, {}), entryFor(successor)],
        invalidations: [{ id: key.id }],
        outbox: true,
      }
      await interruptNextCommit?.()
      await expectRejection(() => store.commit(rotation), 'the commit')
      expectEqual((await store.findById(key.id))?.rotatedTo, null, 'the old key')
      expectEqual(await store.findById(successor.id), null, 'the successor')
      expectEqual(await countEntries(store), 1, 'entries')
      expectEqual(await store.outbox({ limit: 10 }), [], 'the outbox')
      expectEqual(sequenceOf(await store.commit(rotation)), 3, 'the sequence of the same commit, tried again')
      expectTrue((await store.findById(successor.id)) !== null, 'the successor is there after the second try')
    },
  },
]
