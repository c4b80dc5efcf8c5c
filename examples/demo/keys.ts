import { DatabaseSync } from 'node:sqlite'
import { keyFormat, MINUTE, sha256, systemClock } from '@bearward/core'

export const SCOPES = ['posts:read', 'posts:write'] as const
export const format = keyFormat({ prefix: 'acme', environments: ['live', 'test'] })

/** A row as the demo's application has it; the handlers get it as `principal.key`. */
export interface KeyRow {
  id: string
  owner: string
  plan: string
  scopes: string[]
  environment: string
  expiresAt: number | null
  revokedAt: number | null
}

/** The keys in one SQLite file. It holds digests, never tokens. */
export class KeyTable {
  readonly #file: string
  readonly #db: DatabaseSync
  #reads = 0

  constructor(file: string) {
    this.#file = file
    this.#db = new DatabaseSync(file)
    this.#db.exec(`
      create table keys (
        id text primary key, digest text not null unique, owner text not null, plan text not null,
        scopes text not null, environment text not null, expires_at integer, revoked_at integer
      ) strict`)
  }

  /** How often the verifier has asked. */
  get reads(): number {
    return this.#reads
  }

  /** Stores the digest of a new token and returns the token: the only time that anybody sees it. */
  async issue(id: string, { expired = false } = {}): Promise<string> {
    const token = format.generate('live')
    const digest = await sha256().digest(token)
    const expiresAt = expired ? systemClock.now() - MINUTE : null
    this.#db
      .prepare("insert into keys values (?, ?, 'acct_1', 'pro', '[\"posts:read\"]', 'live', ?, null)")
      .run(id, digest, expiresAt)
    return token
  }

  findByDigest(digest: string): KeyRow | null {
    this.#reads++
    const row = this.#db.prepare('select * from keys where digest = ?').get(digest)
    if (row === undefined) return null
    return {
      id: String(row.id),
      owner: String(row.owner),
      plan: String(row.plan),
      scopes: JSON.parse(String(row.scopes)),
      environment: String(row.environment),
      expiresAt: row.expires_at as number | null,
      revokedAt: row.revoked_at as number | null,
    }
  }

  revoke(id: string): void {
    this.#db.prepare('update keys set revoked_at = ? where id = ?').run(systemClock.now(), id)
  }

  /** An outage: another connection locks the file, and every query fails until the returned function is called. */
  takeDown(): () => void {
    const other = new DatabaseSync(this.#file)
    other.exec('begin exclusive')
    return () => other.close()
  }

  close(): void {
    this.#db.close()
  }
}
