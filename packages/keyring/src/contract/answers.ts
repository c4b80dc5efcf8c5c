import { next } from '../lifecycle.ts'
import { expectEqual, expectRejection } from './expect.ts'
import type { StoreCase } from './harness.ts'
import { expectStored } from './rows.ts'
import { fill, issued, NOW, renamed, sampleKey } from './sample.ts'

const FRESH = { fresh: true } as const

/** Changes whatever can be changed in an answer. */
function spoil(value: unknown): void {
  if (typeof value !== 'object' || value === null) return
  for (const [name, part] of Object.entries(value)) {
    spoil(part)
    // Some stores freeze what they return, which is as good as a copy.
    Reflect.set(value, name, 'changed')
  }
}

/** What answers are made of, how new they are, and when there are none. */
export const answerCases: readonly StoreCase[] = [
  {
    name: 'what was returned is a copy, and what was given is copied',
    async run({ store }) {
      const metadata = { team: 'a' }
      const scopes = ['posts:read']
      const key = sampleKey({ metadata, scopes })
      await fill(store, key)
      metadata.team = 'changed'
      scopes.push('admin')
      const found = (await store.findByDigest([key.digest], FRESH)) as { scopes: string[]; owner: string } | null
      found?.scopes.push('admin')
      if (found !== null) found.owner = 'changed'
      await expectStored(store, { ...key, metadata: { team: 'a' }, scopes: ['posts:read'] })
    },
  },
  {
    name: 'what lists, the audit trail, the outbox and the record of use return are copies',
    async run({ store }) {
      const key = sampleKey({ metadata: { team: 'a' }, expiresAt: NOW + 1 })
      await store.commit({ ...issued(key), outbox: true })
      await store.recordUse([{ keyId: key.id, at: NOW, from: '::1' }])
      const reads: readonly (() => Promise<unknown>)[] = [
        () => Promise.resolve(store.findById(key.id)),
        () => store.list({ now: NOW, limit: 1 }),
        () => store.listEnding({ until: NOW + 1, limit: 1 }),
        () => store.audit({ limit: 1 }),
        () => store.outbox({ limit: 1 }),
        () => store.usage(key.id, 0),
      ]
      for (const [index, read] of reads.entries()) {
        const before = JSON.stringify(await read())
        spoil(await read())
        expectEqual(JSON.stringify(await read()), before, `what read ${index + 1} returns after its answer was changed`)
      }
    },
  },
  {
    name: 'a fresh read includes every commit that was acknowledged before it',
    async run({ store, openAnother }) {
      const other = await openAnother()
      let key = sampleKey()
      await fill(store, key)
      for (let round = 1; round <= 5; round++) {
        const name = `round ${round}`
        const [writer, reader] = round % 2 === 0 ? [other, store] : [store, other]
        await writer.commit(renamed(key, name))
        key = next(key, { name })
        for (const each of [reader, writer]) {
          expectEqual((await each.findByDigest([key.digest], FRESH))?.name, name, 'findByDigest with `fresh`')
          expectEqual((await each.findById(key.id))?.name, name, 'findById')
        }
      }
    },
  },
  {
    name: 'another store on the same data sees what was committed',
    needs: 'another',
    async run({ store, openAnother }) {
      const other = await openAnother()
      const key = sampleKey()
      await fill(store, key)
      await expectStored(other, key)
      await other.commit(renamed(key, 'by the other'))
      await expectStored(store, next(key, { name: 'by the other' }))
    },
  },
  {
    name: 'a store that says when it is ready is so before its first use and after it, and changes nothing by saying it',
    async run({ store }) {
      await store.ready?.()
      const key = sampleKey()
      await fill(store, key)
      await Promise.all([store.ready?.(), store.ready?.()])
      await expectStored(store, key)
      expectEqual((await store.audit({ limit: 10 })).length, 1, 'entries of the audit trail')
    },
  },
  {
    name: 'closed means closed',
    async run({ store }) {
      const key = sampleKey()
      await fill(store, key)
      await store.close()
      if (store.ready !== undefined) await expectRejection(async () => store.ready?.(), 'ready')
      await expectRejection(() => store.findByDigest([key.digest], FRESH), 'findByDigest')
      await expectRejection(() => store.findById(key.id), 'findById')
      await expectRejection(() => store.list({ now: NOW, limit: 1 }), 'list')
      await expectRejection(() => store.listEnding({ until: NOW, limit: 1 }), 'listEnding')
      await expectRejection(() => store.audit({ limit: 1 }), 'audit')
      await expectRejection(() => store.usage(key.id, 0), 'usage')
      await expectRejection(() => store.outbox({ limit: 1 }), 'outbox')
      await expectRejection(() => store.commit(issued(sampleKey())), 'commit')
      await expectRejection(() => store.recordUse([{ keyId: key.id, at: NOW, from: null }]), 'recordUse')
    },
  },
]
