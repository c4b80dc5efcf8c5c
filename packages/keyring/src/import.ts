import { type Attribution, auditOf } from './audit.ts'
import { KeyringError } from './errors.ts'
import { IMPORT_REPORT, UnreadColumnError } from './import-report.ts'
import { type ImportRow, type PlannedKey, planRow, type RowRules } from './import-row.ts'
import { type ScopeMapping, scopeMapper } from './import-scopes.ts'
import { Seen, type SeenKey } from './import-seen.ts'
import { type ImportSummary, Tally } from './import-summary.ts'
import { TwinCheck } from './import-twins.ts'
import { ATTRIBUTION, checkAttribution, checkFlag, checkNames, invalid } from './input.ts'
import { type StoredKey, stateOf } from './key.ts'
import type { Room } from './room.ts'
import { nextTurn } from './turn.ts'

/** What `import()` takes besides the rows. */
export interface ImportOptions<R = ImportRow, S extends string = string> extends Attribution {
  /**
   * Makes an import row of one of yours, or `null` to leave it out. What it throws as a `TypeError` rejects that row alone;
   * an `UnreadColumnError` stops the import before that row's batch is written. Default: the rows are import rows.
   */
  readonly read?: ((row: R) => ImportRow | null) | undefined
  /**
   * Default: scopes stay as they are. Where the keyring declares its scopes, rows with others are rejected; where it has
   * `scopePatterns`, so are rows with a scope such as `posts:*` that is not mapped: it may be a plain name over there.
   */
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
  if (!isIterable(rows)) invalid('rows', 'iterable or async iterable, such as a list or a called generator function')
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
  const summary = run.end()
  options.onProgress?.(summary)
  return summary
}

/** A string is iterable too, and holds no rows. */
function isIterable(rows: unknown): boolean {
  return typeof rows === 'object' && rows !== null && (Symbol.asyncIterator in rows || Symbol.iterator in rows)
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
  readonly #twins: TwinCheck
  /** Columns of the present batch that were not read and must not be passed over. */
  readonly #undecided = new Set<string>()

  constructor(room: Room, options: ImportOptions<unknown>) {
    const { read = (row: unknown) => row as ImportRow, source, dryRun = false } = options
    this.#room = room
    this.#by = checkAttribution(options)
    if (typeof read !== 'function') invalid('read', 'a function from your row to an import row')
    if (source !== undefined && !/^[a-z0-9-]{1,16}$/.test(source)) {
      invalid('source', '1 to 16 lower-case letters, digits and -')
    }
    this.#read = read
    this.#source = source
    this.#mapScopes = scopeMapper(room.settings, options.mapScopes)
    this.#seen = checkFlag('dryRun', dryRun) ? new Seen() : undefined
    this.#twins = new TwinCheck(room.settings, this.#seen)
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
      this.tally.reported(read?.[IMPORT_REPORT] ?? {})
      const rules = { source: this.#source, now: settings.clock.now(), mapScopes: this.#mapScopes }
      return { ...(await planRow(settings, read, rules)), row, foreignId }
    } catch (error) {
      if (error instanceof UnreadColumnError) this.#stopAt(error.columns)
      else if (!isRowsFault(error)) throw error
      this.tally.rejected({ row, foreignId, message: error.message })
      return undefined
    }
  }

  /** A trial run goes on, to name all such columns at once. */
  #stopAt(columns: readonly string[]): void {
    this.tally.undecided(columns)
    if (this.#seen === undefined) for (const column of columns) this.#undecided.add(column)
  }

  #throwUnread(): void {
    if (this.#undecided.size > 0) throw new UnreadColumnError([...this.#undecided])
    const { absent } = this.tally
    if (this.#seen !== undefined || absent.length === 0) return
    throw new KeyringError(`read: no row has the column ${absent.join(', ')}, which is mapped`, {
      code: 'invalid_input',
      field: 'read',
    })
  }

  /** What was done in all. */
  end(): ImportSummary {
    this.tally.end()
    return this.tally.summary()
  }

  /**
   * Writes a batch in one commit; what is there already is left as it is, and found only when the commit says so.
   *
   * @throws {UnreadColumnError} when columns of this batch must not be passed over
   * @throws {KeyringError} `invalid_input` when a column that is mapped is in no row so far
   */
  async write(rows: readonly Candidate[]): Promise<void> {
    this.#throwUnread()
    const { free: batch, taken } = await this.#twins.sort(rows)
    for (const { row, foreignId } of taken) this.tally.rejected({ row, foreignId, message: DIGEST_TAKEN })
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
    for (const { key, format, twins } of batch) {
      this.#seen?.add(key, twins, isLive(key, now))
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
      const holder: StoredKey | SeenKey | undefined =
        before ?? (await store.findById(key.id)) ?? this.#seen?.byId(key.id)
      if (holder !== undefined) {
        if (isSame(holder, candidate)) this.#skip(candidate, holder)
        else this.tally.rejected({ row, foreignId, message: 'id: is taken by another key; name a `source`' })
        continue
      }
      const isTaken =
        free.some((other) => other.key.digest === key.digest) ||
        this.#seen?.hasDigest(key.digest) === true ||
        (await store.findByDigest([key.digest], { fresh: true })) !== null
      if (isTaken) this.tally.rejected({ row, foreignId, message: DIGEST_TAKEN })
      else free.push(candidate)
    }
    return free
  }

  /** A key that is there stays as it is; where the other system refuses it by now, an operator has to know. */
  #skip(candidate: Candidate, holder: StoredKey | SeenKey): void {
    const { row, foreignId, key } = candidate
    const now = this.#room.settings.clock.now()
    this.tally.skipped++
    this.#present.push(candidate)
    const isLiveHere = 'isLive' in holder ? holder.isLive : isLive(holder, now)
    if (isLiveHere && !isLive(key, now)) this.tally.refusedThere({ row, foreignId, message: REFUSED_THERE })
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

const DIGEST_TAKEN = 'digest: is taken by another key'
const REFUSED_THERE = 'the key is refused there, and is not refused here: it was imported before; revoke or disable it'

/** Errors for which the row is rejected. All others are the reader's own, or the store's, and end the import. */
function isRowsFault(error: unknown): error is TypeError | KeyringError {
  return error instanceof TypeError || (error instanceof KeyringError && error.code === 'invalid_input')
}

/** States in which a key is refused until it is changed, or for good. */
const REFUSED: readonly string[] = ['disabled', 'expired', 'retired', 'revoked']

function isLive(key: StoredKey, now: number): boolean {
  return !REFUSED.includes(stateOf(key, now))
}

/** Whether the key that is there came from this row: its digest may be the keyring's own by now. */
function isSame(holder: Pick<StoredKey, 'digest' | 'createdAt'>, { key, isDated }: Candidate): boolean {
  if (holder.digest === key.digest) return true
  return isDated ? holder.createdAt === key.createdAt : !holder.digest.includes(':')
}
