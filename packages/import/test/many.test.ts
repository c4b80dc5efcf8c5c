import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { ImportSummary } from '@bearward/keyring'
import { afterEach, expect, test } from 'vitest'

/** `IMPORT_ROWS=100000` for all that is promised; fewer show the same in less time. */
const ROWS = Number(process.env.IMPORT_ROWS ?? 6000)
/** What the heap may grow by between the first fifth of the rows and any later moment. */
const MAX_GROWTH = 2_000_000

const folders: string[] = []

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
})

function newFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'bearward-import-'))
  folders.push(folder)
  return join(folder, 'keys.db')
}

interface Message {
  readonly done?: number
  readonly heap?: number
  readonly summary?: ImportSummary
}

/** Runs an import in a process of its own, which is killed when so many rows are done. */
async function run(file: string, killAt = Number.POSITIVE_INFINITY) {
  const script = join(import.meta.dirname, 'many.ts')
  const child = fork(script, [file, String(ROWS)], { execArgv: ['--expose-gc'] })
  const heaps: { readonly done: number; readonly heap: number }[] = []
  let summary: ImportSummary | undefined
  child.on('message', ({ done = 0, heap, summary: told }: Message) => {
    if (heap !== undefined) heaps.push({ done, heap })
    summary ??= told
    // The child does not wait for its parent: this hits it somewhere in the next batch.
    if (done >= killAt) child.kill('SIGKILL')
  })
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null]
  return { heaps, summary, ended: signal ?? code }
}

/** All that counts of a file's content; the moments of the import itself differ from run to run. */
function contentOf(file: string): unknown {
  const database = new DatabaseSync(file)
  const all = (query: string): unknown[] => database.prepare(query).all()
  const keys = all(
    `select id, digest, hint, name, owner, scopes, metadata, created_at, expires_at, disabled_at is null as enabled,
     revoked_at, version, last_used_at from bearward_keys left join bearward_key_uses on key_id = id order by id`,
  )
  const audit = all('select action, key_id, version from bearward_audit order by key_id')
  const [sequences] = all(
    'select count(*) as entries, min(sequence) as first, max(sequence) as last from bearward_audit',
  )
  database.close()
  return { keys, audit, sequences }
}

test(`${ROWS} rows take as much memory as the first few`, { timeout: 600_000 }, async () => {
  const { heaps, summary, ended } = await run(newFile())
  expect(ended).toBe(0)
  expect(summary).toMatchObject({ rows: ROWS, imported: ROWS, rejected: 0 })
  const [start] = heaps.filter(({ done }) => done >= ROWS / 5)
  const later = heaps.filter(({ done }) => done > ROWS / 5).map(({ heap }) => heap - (start?.heap ?? 0))
  expect(later.length).toBeGreaterThan(10)
  expect(Math.max(...later)).toBeLessThan(MAX_GROWTH)
  if (process.env.IMPORT_ROWS) console.log(`grew by at most ${Math.max(...later)} bytes, from ${start?.heap}`)
})

test('an import that is killed again and again comes to the same end', { timeout: 900_000 }, async () => {
  const [whole, broken] = [newFile(), newFile()]
  expect((await run(whole)).ended).toBe(0)
  let kills = 0
  let last: Awaited<ReturnType<typeof run>>
  for (;;) {
    // Somewhere in what is left, at first mostly early; in the end it is let through.
    const killAt = kills < 4 ? (ROWS * (kills + Math.random())) / 5 : Number.POSITIVE_INFINITY
    last = await run(broken, killAt)
    if (last.ended === 0) break
    expect(last.ended).toBe('SIGKILL')
    kills++
  }
  expect(kills).toBeGreaterThan(0)
  const { imported = 0, skipped = 0, rejected } = last.summary ?? {}
  expect([imported + skipped, rejected]).toEqual([ROWS, 0])
  expect(skipped).toBeGreaterThan(0)
  expect(contentOf(broken)).toEqual(contentOf(whole))
})
