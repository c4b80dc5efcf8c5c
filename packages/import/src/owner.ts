import type { Row } from './columns.ts'

/** What every reader takes. */
export interface OwnerOptions {
  /** Whose key a row is; `null` for nobody's. Each reader says what stands in for it. */
  readonly owner?: ((row: Row) => string | null) | undefined
}

export function ownerOf({ owner }: OwnerOptions, row: Row, usual: () => string | undefined): string | null {
  return owner === undefined ? (usual() ?? null) : owner(row)
}
