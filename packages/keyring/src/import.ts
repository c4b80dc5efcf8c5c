import { type Attribution, auditOf } from './audit.ts'
import { KeyringError } from './errors.ts'
import { type ImportRow, type PlannedKey, planRow, type RowRules } from './import-row.ts'
import { Seen } from './import-seen.ts'
import { type ImportSummary, Tally } from './import-summary.ts'
import { ATTRIBUTION, checkAttribution, checkFlag, checkNames, invalid } from './input.ts'
import type { StoredKey } from './key.ts'
import type { Room } from './room.ts'
import { nextTurn } from './turn.ts'

/**
 * What the keyring's scopes are, by the scopes of the other system: one, several, or none (`[]`). A scope that is not in the
 * table stays as it is. Or a function from all scopes of a key.
 */
export type ScopeMapping<S extends string = string> =
  | { readonly [scope: string]: S | readonly S[] }
  | ((scopes: readonly string[], row: ImportRow) => readonly S[])

/** What `import()` takes besides the rows. */
export interface ImportOptions<R = ImportRow, S extends string = string> extends Attribution {
  /**
   * Makes an import row of one of yours, or `null` to leave it out. What it throws as a `TypeError` rejects that row alone.
   * Default: the rows are import rows.
   */
  readonly read?: ((row: R) => ImportRow | null) | undefined
  /** Default: scopes stay as they are. Where the keyring declares its scopes, rows with others are rejected. */
  readonly mapScopes?: ScopeMapping<S> | undefined
  /**
   * Begins the ids of the imported keys: 1 to 16 lower-case letters, digits and `-`. Needed where two tables of one system
   * number their rows alike. Default: the name of the format.
   */
  readonly source?: string | undefined
  /** Whether to say what would be done, and write nothing. Default `false`. */
  readonly dryRun?: boolean | undefined
  /** Told after every batch of 100 rows. */
  readonly onProgress?: ((soFar: ImportSummary) => void) | undefined
  /** Ends the import after the batch that is being written. */
  readonly signal?: AbortSignal | undefined
}

/** Options of `import()` for rows of another shape. */
export type ReadingOptions<R, S extends string = string> = ImportOptions<R, S> & {
  readonly read: (row: R) => ImportRow | null
}

const FIELDS = ['read', 'mapScopes', 'source', 'dryRun', 'onProgress', 'signal', ...ATTRIBUTION]
const BATCH = 100
/** Tries before a batch is given up that others keep writing into. */
const MAX_ATTEMPTS = 20
/** Nobody can have been accepted with a key that did not exist. */
const REACH = { confirm: false, strict: false } as const

/** A row on its way. */
interface Candidate extends PlannedKey {
  readonly row: number
  readonly foreignId: string | undefined
}

export async function importRows<R>(
  room: Room,
  rows: AsyncIterable<R> | Iterable<R>,
  options: ImportOptions<R>,
): Promise<ImportSummary> {
  checkNames(options, FIELDS)
  const run = new ImportRun(room, options as ImportOptions<unknown>)
  let batch: Candidate[] = []
  for await (const row of rows) {
    options.signal?.throwIfAborted()
    const candidate = await run.plan(row)
    if (candidate !== undefined) batch.push(candidate)
    if (run.tally.rows % BATCH > 0) continue
    await run.write(batch)
    batch = []
    options.onProgress?.(run.tally.summary())
    await nextTurn()
  }
  await run.write(batch)
  const summary = run.tally.summary()
  options.onProgress?.(summary)
  return summary
}

/** One import: what it does with each row, and what it has done so far. */
class ImportRun {
  readonly tally = new Tally()
  readonly #room: Room
  readonly #by: Attribution
  readonly #read: (row: unknown) => ImportRow | null
  readonly #mapScopes: RowRules['mapScopes']
  readonly #source: string | undefined
  /** Keys of the present batch that are there, whether by this import or an earlier one. */
  #present: PlannedKey[] = []
  /** With `dryRun`: what would be there by now. */
  readonly #seen: Seen | undefined

  constructor(room: Room, options: ImportOptions<unknown>) {
    const { read = (row: unknown) => row as ImportRow, source, dryRun = false, mapScopes = {} } = options
    this.#room = room
    this.#by = checkAttribution(options)
    if (typeof read !== 'function') invalid('read', 'a function from your row to an import row')
    if (source !== undefined && !/^[a-z0-9-]{1,16}$/.test(source)) {
      invalid('source', '1 to 16 lower-case letters, digits and -')
    }
    if (mapScopes === null || !['object', 'function'].includes(typeof mapScopes)) {
      invalid('mapScopes', 'an object from scope to scopes, or a function')
    }
    this.#read = read
    this.#source = source
    this.#mapScopes =
      typeof mapScopes === 'function' ? mapScopes : (scopes) => scopes.flatMap((s) => mapped(mapScopes, s))
    this.#seen = checkFlag('dryRun', dryRun) ? new Seen() : undefined
  }

  /** @returns `undefined` when the row is not to be written */
  async plan(given: unknown): Promise<Candidate | undefined> {
    const { settings } = this.#room
    const row = ++this.tally.rows
    let foreignId: string | undefined
    try {
      const read = this.#read(given)
      if (read === null) {
        this.tally.leftOut++
        return undefined
      }
      if (typeof read?.foreignId === 'string') foreignId = read.foreignId
      const rules = { source: this.#source, now: settings.clock.now(), mapScopes: this.#mapScopes }
      return { ...(await planRow(settings, read, rules)), row, foreignId }
    } catch (error) {
      const isRowsFault =
        error instanceof TypeError || (error instanceof KeyringError && error.code === 'invalid_input')
      if (!isRowsFault) throw error
      this.tally.rejected({ row, foreignId, message: error.message })
      return undefined
    }
  }

  /** Writes a batch in one commit; what is there already is left as it is, and found only when the commit says so. */
  async write(batch: readonly Candidate[]): Promise<void> {
    let left = this.#seen === undefined ? batch : await this.#sortOut(batch)
    for (let attempt = 0; left.length > 0; attempt++) {
      if (await this.#commit(left)) break
      if (attempt >= MAX_ATTEMPTS) {
        throw new KeyringError('others have written the same keys again and again meanwhile; try later', {
          code: 'conflict',
        })
      }
      left = await this.#sortOut(left)
    }
    await this.#noteUses()
  }

  async #commit(batch: readonly Candidate[]): Promise<boolean> {
    const { settings, changes } = this.#room
    const now = settings.clock.now()
    const create = batch.map(({ key }) => key)
    const audit = create.map((key) => auditOf('imported', undefined, key, now, this.#by))
    try {
      const invalidations = create.map(({ id }) => ({ id }))
      if (this.#seen === undefined) await changes.create({ create, audit, invalidations }, REACH)
    } catch (error) {
      if (error instanceof KeyringError && error.code === 'duplicate') return false
      throw error
    }
    this.#present.push(...batch)
    for (const { key, format } of batch) {
      this.#seen?.add(key)
      this.tally.imported(key, format, now)
    }
    return true
  }

  /** What may be written still: ids and digests of all others are taken. */
  async #sortOut(batch: readonly Candidate[]): Promise<Candidate[]> {
    const { store } = this.#room.settings
    const free: Candidate[] = []
    for (const candidate of batch) {
      const { key, row, foreignId } = candidate
      const before = free.find((other) => other.key.id === key.id)?.key
      const holder = before ?? (await store.findById(key.id)) ?? this.#seen?.byId(key.id)
      if (holder !== undefined) {
        if (isSame(holder, candidate)) {
          this.tally.skipped++
          this.#present.push(candidate)
        } else this.tally.rejected({ row, foreignId, message: 'id: is taken by another key; name a `source`' })
        continue
      }
      const isTaken =
        free.some((other) => other.key.digest === key.digest) ||
        this.#seen?.hasDigest(key.digest) === true ||
        (await store.findByDigest([key.digest], { fresh: true })) !== null
      if (isTaken) this.tally.rejected({ row, foreignId, message: 'digest: is taken by another key' })
      else free.push(candidate)
    }
    return free
  }

  /** Also of keys that were there: an import that was killed may have written them and not their use. */
  async #noteUses(): Promise<void> {
    const uses = this.#present.flatMap(({ key, lastUsedAt }) =>
      lastUsedAt === null ? [] : [{ keyId: key.id, at: lastUsedAt, from: null }],
    )
    this.#present = []
    if (uses.length > 0 && this.#seen === undefined) await this.#room.settings.store.recordUse(uses)
  }
}

/** Whether the key that is there came from this row: its digest may be the keyring's own by now. */
function isSame(holder: Pick<StoredKey, 'digest' | 'createdAt'>, { key, isDated }: Candidate): boolean {
  if (holder.digest === key.digest) return true
  return isDated ? holder.createdAt === key.createdAt : !holder.digest.includes(':')
}

function mapped(table: { readonly [scope: string]: string | readonly string[] }, scope: string): readonly string[] {
  const to = Object.hasOwn(table, scope) ? table[scope] : undefined
  return to === undefined ? [scope] : typeof to === 'string' ? [to] : to
}
