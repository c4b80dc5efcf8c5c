import type { AuditEntry } from '../../src/audit.ts'
import type { Commit, CommitOutcome, KeyStore } from '../../src/store.ts'
import type { StoreFlaw } from './flaws.ts'

const REFUSED = 'a commit that is refused leaves no key, no entry and nothing in the outbox'
const OUTBOX = 'the outbox keeps what is to be published until it is taken out'
const TRAIL = 'the audit trail is selected by key, owner, actor, action and place'
const VERSION = 'an update of another version is a conflict, and nothing is written'

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1))
}

/** Sees that the version is right, and writes a moment later without a look: another commit may have come between. */
function looksFirst(right: KeyStore): Partial<KeyStore> {
  return {
    async commit(commit) {
      for (const { id, version } of commit.update) {
        if ((await right.findById(id))?.version !== version - 1) return { status: 'conflict', keyId: id }
      }
      await pause()
      return force(right, commit)
    },
  }
}

/** Writes whatever versions are there. */
async function force(right: KeyStore, commit: Commit): Promise<CommitOutcome> {
  for (;;) {
    const outcome = await right.commit(commit)
    if (outcome.status !== 'conflict') return outcome
    const stored = await right.findById(outcome.keyId)
    if (stored === null) return outcome
    const update = commit.update.map((key) => (key.id === stored.id ? { ...key, version: stored.version + 1 } : key))
    commit = { ...commit, update }
  }
}

/** Shows the entries as `change` makes them of all there are. */
function showing(right: KeyStore, change: (entries: AuditEntry[]) => AuditEntry[]): Partial<KeyStore> {
  return {
    async audit({ limit, ...query }) {
      return change([...(await right.audit({ ...query, limit: 10_000 }))]).slice(0, limit)
    },
  }
}

export const commitFlaws: readonly StoreFlaw[] = [
  {
    name: 'numbers entries with gaps where a commit was refused',
    refusedBy: ['a commit answers the sequence of its last entry, and entries are numbered without gaps', REFUSED],
    spoil(right) {
      const gaps: number[] = []
      const shifted = (sequence: number): number => sequence + gaps.filter((at) => at < sequence).length
      return {
        async commit(commit) {
          const outcome = await right.commit(commit)
          if (outcome.status === 'committed') return { ...outcome, sequence: shifted(outcome.sequence) }
          gaps.push((await right.audit({ limit: 10_000 })).length)
          return outcome
        },
        async audit(query) {
          return (await right.audit(query)).map((entry) => ({ ...entry, sequence: shifted(entry.sequence) }))
        },
      }
    },
  },
  {
    name: 'loses the reason of an entry',
    refusedBy: ['an audit entry comes back as it was given'],
    spoil: (right) => showing(right, (entries) => entries.map((entry) => ({ ...entry, reason: null }))),
  },
  {
    name: 'selects entries by one condition alone',
    refusedBy: [TRAIL],
    spoil: (right) => ({
      audit: ({ keyId, ...query }) => right.audit(keyId === undefined ? query : { keyId, limit: query.limit }),
    }),
  },
  {
    name: 'shows entries oldest first',
    refusedBy: [TRAIL],
    spoil: (right) => ({ audit: async (query) => (await right.audit(query)).toReversed() }),
  },
  {
    name: 'compares actors by a collation that folds case',
    refusedBy: ['the audit trail is selected byte for byte'],
    spoil: (right) => ({
      async audit({ actor, limit, ...query }) {
        const entries = await right.audit({ ...query, limit: 10_000 })
        const fold = (text: string | null | undefined) => text?.toLowerCase().trimEnd()
        return entries.filter((entry) => actor === undefined || fold(entry.actor) === fold(actor)).slice(0, limit)
      },
    }),
  },
  {
    name: 'writes the audit trail outside of the transaction',
    refusedBy: [REFUSED, 'a taken id or digest is told apart, and nothing is written', VERSION],
    spoil: (right) => ({
      async commit(commit) {
        const outcome = await right.commit(commit)
        if (outcome.status === 'committed') return outcome
        await right.commit({ ...commit, create: [], update: [], outbox: false })
        return outcome
      },
    }),
  },
  {
    name: 'fills the outbox outside of the transaction',
    refusedBy: [REFUSED],
    spoil: (right) => ({
      async commit(commit) {
        const outcome = await right.commit(commit)
        if (outcome.status !== 'committed') await right.commit({ ...commit, create: [], update: [], audit: [] })
        return outcome
      },
    }),
  },
  {
    name: 'takes every duplicate for one of the id',
    refusedBy: ['a taken id or digest is told apart, and nothing is written'],
    spoil: (right) => ({
      async commit(commit) {
        const outcome = await right.commit(commit)
        return outcome.status === 'duplicate' ? { ...outcome, field: 'id' } : outcome
      },
    }),
  },
  {
    name: 'updates without a look at the version',
    refusedBy: [VERSION],
    spoil: (right) => ({ commit: (commit) => force(right, commit) }),
  },
  {
    name: 'writes a hundred rows at most',
    refusedBy: ['many keys in one commit are all written'],
    spoil: (right) => ({ commit: (commit) => right.commit({ ...commit, update: commit.update.slice(0, 99) }) }),
  },
  {
    name: 'lets a row of the outbox go once it was read',
    refusedBy: [OUTBOX],
    spoil(right) {
      const read = new Set<number>()
      return {
        async outbox(query) {
          const rows = (await right.outbox(query)).filter(({ sequence }) => !read.has(sequence))
          for (const { sequence } of rows) read.add(sequence)
          return rows
        },
      }
    },
  },
  {
    name: 'forgets the outbox of a commit of several invalidations',
    refusedBy: [OUTBOX],
    spoil: (right) => ({
      commit: (commit) => right.commit({ ...commit, outbox: commit.outbox && commit.invalidations.length === 1 }),
    }),
  },
  {
    name: 'shows the newest of the outbox first',
    refusedBy: [OUTBOX],
    spoil: (right) => ({
      outbox: async ({ limit, ...query }) =>
        (await right.outbox({ ...query, limit: 10_000 })).toReversed().slice(0, limit),
    }),
  },
  {
    name: 'sees that a version is right before it writes, and not while',
    refusedBy: [
      'of two rotations at once one wins, and the other is told',
      'changes of one key at once are all written, one after the other',
      'a revocation that races with other changes is never lost, and never undone',
      'a chain that is revoked while it is rotated leaves no older key, and with all of it no newer one',
      'a change of an owner between a check and a change is seen: the key is not there for the old one',
      'an update that was overtaken is not written over the one that overtook it',
    ],
    spoil: looksFirst,
  },
  {
    name: 'sees that an id is free before it writes, and not while',
    refusedBy: ['of many issues at once with one id one wins, and the others are told'],
    spoil(right) {
      const looks = new Map<string, Promise<boolean>>()
      const isTaken = async (id: string): Promise<boolean> => (await right.findById(id)) !== null
      return {
        async commit(commit) {
          for (const { id } of commit.create) {
            const look = looks.get(id) ?? isTaken(id)
            looks.set(id, look)
            if (await look) return { status: 'duplicate', field: 'id' }
          }
          await pause()
          const outcome = await right.commit(commit)
          for (const { id } of commit.create) looks.delete(id)
          return outcome.status === 'duplicate' ? { status: 'committed', sequence: 1 } : outcome
        },
      }
    },
  },
  {
    name: 'reads a row in the middle of a change',
    refusedBy: ['a read that races with a revocation sees the one or the other, and after it the revocation alone'],
    spoil(right) {
      let reads = 0
      return {
        async commit(commit) {
          const outcome = await right.commit(commit)
          for (let turn = 0; turn < 5; turn++) await pause()
          return outcome
        },
        async findByDigest(digests, context) {
          const row = await right.findByDigest(digests, context)
          return row !== null && reads++ % 2 === 1 ? { ...row, revokedAt: null } : row
        },
      }
    },
  },
  {
    name: 'numbers commits at once alike',
    refusedBy: [
      'commits at once are numbered without gaps, each key with a place of its own',
      'a number is visible only when all lower ones are',
    ],
    spoil: (right) =>
      showing(right, (entries) => entries.map((entry) => ({ ...entry, sequence: entry.sequence & ~1 }))),
  },
  {
    name: 'shows a number before the lower ones',
    refusedBy: ['a number is visible only when all lower ones are'],
    spoil(right) {
      const shownAt = new Map<number, number>()
      let looks = 0
      return showing(right, (entries) => {
        looks++
        for (const { sequence } of entries) if (!shownAt.has(sequence)) shownAt.set(sequence, looks + (sequence % 2))
        return entries.filter(({ sequence }) => (shownAt.get(sequence) ?? 0) <= looks)
      })
    },
  },
  {
    name: 'orders the audit trail by time',
    refusedBy: ['a clock that goes backwards loses nothing and revives nothing'],
    spoil: (right) => showing(right, (entries) => entries.sort((one, other) => other.at - one.at)),
  },
]
